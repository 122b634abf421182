import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** KaTeX's style sheet for a page, with the fonts in it that the page's formulas use. */
export function katexStyle(page: string): string {
  const folder = dirname(createRequire(import.meta.url).resolve('katex/dist/katex.min.css'));
  const css = readFileSync(join(folder, 'katex.min.css'), 'utf8');
  const used = usedFamilies(css, page);
  return css.replaceAll(/@font-face\{[^}]*\}/g, face => {
    const family = /font-family:"?(KaTeX_\w+)"?/.exec(face)?.[1];
    const file = /url\((fonts\/[^)]+\.woff2)\)/.exec(face)?.[1];
    if (family === undefined || file === undefined || !used.has(family)) return '';
    return face.replace(/src:[^;}]*/, `src:url(data:font/woff2;base64,${readFileSync(join(folder, file), 'base64')}) format("woff2")`);
  });
}

/** Families of the rules whose classes all occur in the page. */
function usedFamilies(css: string, page: string): Set<string> {
  const classes = new Set([...page.matchAll(/class="([^"]*)"/g)].flatMap(match => match[1]!.split(' ')));
  const families = new Set<string>();
  for (const [, selectors = '', body = ''] of css.replaceAll(/@font-face\{[^}]*\}/g, '').matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    const named = [...body.matchAll(/KaTeX_\w+/g)].map(match => match[0]);
    const applies = selectors.split(',').some(selector => [...selector.matchAll(/\.([\w-]+)/g)].every(match => classes.has(match[1]!)));
    if (applies) for (const family of named) families.add(family);
  }
  return families;
}
