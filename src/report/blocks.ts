import { html, type Content, type Markup } from './html.js';
import type { ReportFigure } from './report.js';

/** Path of a static figure below the report's folder. */
export const figurePath = (id: string): string => `figures/${id}.svg`;

export const when = (condition: boolean, content: Content): Content => condition ? content : '';

/** A figure's picture, which the page's script replaces by the interactive one. `root`: from the page to the report's folder. */
export function figureBlock({ id, figure: { layout, caption, alternative } }: ReportFigure, root = ''): Markup {
  const path = root + figurePath(id);
  return html`<figure id="${id}">
<img src="${path}" width="${layout.width}" height="${layout.height}" alt="${alternative}">
<figcaption>${caption} <a href="${path}" download>SVG</a> <a href="${path.replace(/svg$/, 'pdf')}" download>PDF</a></figcaption>
</figure>
`;
}

/** A column's head, and how its cells stand: in one line, at the right, or as text that wraps. */
export interface Column {
  readonly head: string;
  readonly kind: 'text' | 'number' | 'words';
}

/**
 * A table that scrolls by itself on a narrow screen, with the mouse and with the keyboard.
 *
 * @param rows the first cell of each names the row
 * @param ids one for each row that links lead to
 */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly Content[])[], ids: readonly string[] = []): Markup {
  const className = (kind: Column['kind']): Content => kind === 'text' ? '' : html` class="${kind}"`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
${when(columns.some(({ head }) => head !== ''), html`<thead><tr>${columns.map(({ head, kind }) => html`<th scope="col"${className(kind)}>${head}</th>`)}</tr></thead>
`)}<tbody>
${rows.map(([name, ...values], index) => html`<tr${ids[index] === undefined ? '' : html` id="${ids[index]}"`}><th scope="row">${name!}</th>${values.map((value, at) => html`<td${className(columns[at + 1]!.kind)}>${value}</td>`)}</tr>
`)}</tbody>
</table></div>
`;
}

/** A table of two columns, the first of which names the row. */
export function pairs(caption: string, rows: readonly (readonly [string, Content])[]): Markup {
  return table(caption, [{ head: '', kind: 'text' }, { head: '', kind: 'words' }], rows);
}
