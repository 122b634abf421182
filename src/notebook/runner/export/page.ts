import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { html, Markup, type Content } from '../../../report/index.js';
import { namedLanguage, type Cell, type CodeCell, type MarkdownCell, type Notebook } from '../format/index.js';
import { highlight } from './highlight.js';
import { katexStyle } from './katex-style.js';
import { embeddedImage } from './local-images.js';
import { MarkdownRenderer } from './markdown.js';
import { Formulas } from './math.js';
import { OutputRenderer } from './page-output.js';
import { pageScript } from './page-script.js';
import { pageStyle } from './page-style.js';

export interface PageOptions {
  /** Heading of a notebook that has none, and what the tab says then. */
  readonly title: string;
  /** Folder of the notebook, from which its images are named. */
  readonly folder: string;
}

/**
 * A notebook as one page that needs no network: pictures, fonts and, where a figure wants it, Plotly are in it.
 * HTML of the notebook is sanitized, and the page's policy lets no script run but its own and no file be fetched.
 */
export function notebookPage(notebook: Notebook, { title, folder }: PageOptions): string {
  const formulas = new Formulas();
  const markdown = new MarkdownRenderer(formulas);
  const outputs = new OutputRenderer(folder, markdown, formulas);
  const language = namedLanguage(notebook) ?? 'typescript';
  const body = notebook.cells.map(cell => html`${cellBlock(cell)}`.text).join('\n');
  const { headings } = markdown;
  const first = headings.find(({ level }) => level === 1);
  const scripts = outputs.hasFigures ? [plotlySource(), pageScript] : [];
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(scripts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${first?.text ?? title}</title>
<style>${new Markup(pageStyle)}</style>
${body.includes('class="katex') ? html`<style>${new Markup(katexStyle(body))}</style>
` : ''}</head>
<body>
<a class="skip" href="#main">Skip to the notebook</a>
${headings.length > 2 ? html`<nav aria-label="Contents"><details>
<summary>Contents</summary>
<ul>
${headings.map(({ level, text, id }) => html`<li class="level${level}"><a href="#${encodeURIComponent(id)}">${text}</a></li>
`)}</ul>
</details></nav>
` : ''}<main id="main">
${first === undefined ? html`<h1>${title}</h1>
` : ''}${new Markup(body)}
</main>
${scripts.map(script => html`<script>${new Markup(script)}</script>
`)}</body>
</html>
`.text;

  function cellBlock(cell: Cell): Content {
    if (cell.cell_type === 'markdown') return markdownBlock(cell);
    if (cell.cell_type === 'raw') return html`<div class="cell"><pre tabindex="0">${cell.source}</pre></div>`;
    return codeBlock(cell);
  }

  function markdownBlock({ source, attachments }: MarkdownCell): Content {
    const image = (address: string): string | null => embeddedImage(address, folder, attachments);
    return html`<div class="cell markdown">${new Markup(markdown.render(source, { image, alternative: 'Picture without a description' }, true))}</div>`;
  }

  function codeBlock(cell: CodeCell): Content {
    if (cell.source.trim() === '' && cell.outputs.length === 0) return '';
    const hidden = (cell.metadata['jupyter'] ?? {}) as { readonly source_hidden?: unknown; readonly outputs_hidden?: unknown };
    const source = html`<pre class="source" tabindex="0"><code>${highlight(cell.source, language)}</code></pre>`;
    const shown = html`${cell.outputs.map(output => html`<div class="output">${outputs.render(cell, output)}</div>
`)}`;
    return html`<div class="cell code">
<p class="count">[${cell.execution_count ?? ' '}]</p>
${hidden.source_hidden === true ? folded('Code', source) : source}
${hidden.outputs_hidden === true ? folded('Output', shown) : shown}</div>`;
  }
}

function folded(summary: string, content: Content): Content {
  return html`<details><summary>${summary}</summary>
${content}</details>`;
}

/** Its own scripts by their hashes; Plotly's WebGL traces compile code of their own. */
function policy(scripts: readonly string[]): string {
  const hashes = scripts.map(script => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return [
    "default-src 'none'", "style-src 'unsafe-inline'", 'img-src data: blob:', 'font-src data:', "form-action 'none'", "base-uri 'none'",
    ...scripts.length > 0 ? [`script-src ${hashes.join(' ')} 'unsafe-eval'`] : [],
  ].join('; ');
}

/** Plotly, written so that no text of it ends the script element that it stands in. */
function plotlySource(): string {
  return readFileSync(createRequire(import.meta.url).resolve('plotly.js-dist-min/plotly.min.js'), 'utf8').replaceAll(/<\/(?=script)/gi, '<\\/').replaceAll('<!--', '<\\!--');
}
