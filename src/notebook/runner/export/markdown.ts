import MarkdownIt from 'markdown-it';
import { highlight } from './highlight.js';
import { useMath, type Formulas } from './math.js';
import { sanitizeHtml, type SanitizeOptions } from './sanitize.js';

/** A heading of the notebook, in order. */
export interface Heading {
  readonly level: number;
  readonly text: string;
  readonly id: string;
}

/** Encloses the number of a formula while the text around it is sanitized; no text has this private-use character. */
const mark = '\uE000';

/** Renders the Markdown of one notebook. Its headings get ids by which Jupyter links to them. */
export class MarkdownRenderer {
  readonly headings: Heading[] = [];
  readonly #markdown = new MarkdownIt({ html: true, linkify: true, highlight: (code, language) => highlight(code, language).text });
  readonly #ids = new Set<string>();

  constructor(formulas: Formulas) {
    useMath(this.#markdown, (tex, display) => `${mark}${this.#rendered.push(formulas.render(tex, display)) - 1}${mark}`);
    this.#markdown.core.ruler.push('headings', ({ tokens, env }) => {
      if ((env)['headings'] !== true) return;
      tokens.forEach((token, index) => {
        if (token.type !== 'heading_open') return;
        const inline = tokens[index + 1]!;
        const text = (inline.children ?? []).map(({ type, content }) => type === 'softbreak' ? ' ' : type === 'html_inline' ? '' : content).join('').trim();
        const id = this.#newId(text);
        token.attrSet('id', id);
        this.headings.push({ level: Number(token.tag.slice(1)), text, id });
      });
    });
  }

  /** Formulas of the text that is being rendered. */
  #rendered: string[] = [];

  /**
   * @param headings whether the text's headings belong to the notebook's contents
   * @returns sanitized HTML
   */
  render(source: string, options: SanitizeOptions, headings: boolean): string {
    this.#rendered = [];
    const html = sanitizeHtml(this.#markdown.render(source.replaceAll(mark, ''), { headings }), options);
    return html.replaceAll(new RegExp(`${mark}(\\d+)${mark}`, 'g'), (_, index: string) => this.#rendered[Number(index)] ?? '');
  }

  /** Jupyter's id of a heading: its text with dashes for blanks. */
  #newId(text: string): string {
    const base = text.replaceAll(/\s+/g, '-') || 'section';
    let id = base;
    for (let count = 2; this.#ids.has(id); count++) id = `${base}-${count}`;
    this.#ids.add(id);
    return id;
  }
}
