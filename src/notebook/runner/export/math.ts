import katex from 'katex';
import type { MarkdownIt, StateBlock, StateInline } from 'markdown-it';

/** A formula at the start of a text, as notebooks write them: what it is between, and whether it stands on its own. */
const forms: readonly { readonly pattern: RegExp; readonly display: boolean }[] = [
  { pattern: /^\$\$([\s\S]+?)\$\$/, display: true },
  { pattern: /^\\\\?\[([\s\S]+?)\\\\?\]/, display: true },
  { pattern: /^(\\begin\{([a-z]+\*?)\}[\s\S]+?\\end\{\2\})/, display: true },
  { pattern: /^\\\\?\(([\s\S]+?)\\\\?\)/, display: false },
  // A dollar next to a blank or before a digit is money.
  { pattern: /^\$(?![\s$])((?:\\[\s\S]|[^\\$])*?(?:\\[\s\S]|[^\s\\$]))\$(?!\d)/, display: false },
];

interface Formula {
  readonly tex: string;
  readonly display: boolean;
  /** Characters of the source that it takes. */
  readonly length: number;
}

function formulaAt(text: string): Formula | null {
  for (const { pattern, display } of forms) {
    const match = pattern.exec(text);
    if (match !== null) return { tex: match[1]!, display, length: match[0].length };
  }
  return null;
}

/** Teaches Markdown the formulas of notebooks: `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and LaTeX environments. */
export function useMath(markdown: MarkdownIt, render: (tex: string, display: boolean) => string): void {
  markdown.block.ruler.before('fence', 'math', mathBlock, { alt: ['paragraph', 'reference', 'blockquote', 'list'] });
  markdown.inline.ruler.before('escape', 'math', mathInline);
  markdown.renderer.rules['math'] = (tokens, index) => render(tokens[index]!.content, tokens[index]!.block || tokens[index]!.markup === 'display');
}

function mathBlock(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  const start = state.bMarks[startLine]! + state.tShift[startLine]!;
  if (!/[$\\]/.test(state.src[start] ?? '')) return false;
  const text = state.src.slice(start, state.eMarks[endLine - 1]);
  const formula = formulaAt(text);
  if (formula === null || !formula.display || !/^[ \t]*(\n|$)/.test(text.slice(formula.length))) return false;
  if (silent) return true;
  const token = state.push('math', '', 0);
  token.block = true;
  token.content = formula.tex;
  state.line = startLine + text.slice(0, formula.length).split('\n').length;
  return true;
}

function mathInline(state: StateInline, silent: boolean): boolean {
  if (!/[$\\]/.test(state.src[state.pos] ?? '')) return false;
  const formula = formulaAt(state.src.slice(state.pos, state.posMax));
  if (formula === null) return false;
  if (!silent) {
    const token = state.push('math', '', 0);
    token.content = formula.tex;
    token.markup = formula.display ? 'display' : 'inline';
  }
  state.pos += formula.length;
  return true;
}

/** Formulas of one notebook, which share the macros that they define. */
export class Formulas {
  readonly #macros: Record<string, string> = {};

  /** Markup of a formula, with MathML for readers that do not see it. A faulty one stays readable as its source. */
  render(tex: string, display: boolean): string {
    const markup = katex.renderToString(tex, {
      displayMode: display, macros: this.#macros, globalGroup: true, throwOnError: false, errorColor: 'currentColor', strict: 'ignore',
    });
    // A formula wider than the page scrolls, also for who has no mouse.
    return markup.replace('<span class="katex-display">', '<span class="katex-display" tabindex="0">');
  }

  /** Markup of a `text/latex` output, which has its delimiters or none. */
  renderOutput(latex: string): string {
    const text = latex.trim();
    const formula = formulaAt(text);
    return formula?.length === text.length ? this.render(formula.tex, true) : this.render(text, true);
  }
}
