/** A table, already cut to what is shown. */
export interface TableView {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** `1000 rows × 4 columns`. */
  readonly shape: string;
}

/** A table as HTML, with its shape under it. */
export function tableHtml({ header, rows, shape }: TableView): string {
  const cells = (tag: 'th' | 'td', texts: readonly string[]): string => texts.map(text => `<${tag}>${escapeHtml(text)}</${tag}>`).join('');
  const body = rows.map(([first = '', ...rest]) => `<tr><th>${escapeHtml(first)}</th>${cells('td', rest)}</tr>`).join('\n');
  return `<table>\n<thead><tr>${cells('th', header)}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table>\n<p>${escapeHtml(shape)}</p>`;
}

/** A table as text in columns, with its shape under it. */
export function tableText({ header, rows, shape }: TableView): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)));
  const text = lines.map(line => line.map((cell, column) => cell.padStart(widths[column]!)).join('  ').trimEnd());
  return [...text, '', shape].join('\n');
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
