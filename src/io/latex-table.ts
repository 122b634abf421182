import type { Column } from './table.js';

/** Text as LaTeX sets it: its special characters stand for themselves, dashes and minus signs are math. */
export function escapeLatex(text: string): string {
  return text
    .replaceAll(/[\\{}$&#%_~^]/g, character => {
      if (character === '\\') return '\\textbackslash{}';
      if (character === '~') return '\\textasciitilde{}';
      return character === '^' ? '\\textasciicircum{}' : `\\${character}`;
    })
    .replaceAll(/[\u2212\u00b1\u03b1]/g, character => ({ '\u2212': '$-$', '\u00b1': '$\\pm$', '\u03b1': '$\\alpha$' })[character]!)
    .replaceAll('\u2013', '--');
}

/**
 * An estimate with half of its interval, both to the digits that the interval leaves: one, or two when the first is a 1
 * ("94.5 ± 0.9", "75 ± 12").
 */
export function estimateLatex(value: number, half: number): string {
  const digits = decimals(half);
  return `$${value.toFixed(digits)} \\pm ${half.toFixed(digits)}$`;
}

/** Decimals to which an uncertainty is stated. */
function decimals(half: number): number {
  if (half === 0) return 1;
  const exponent = Math.floor(Math.log10(half));
  const leading = half / 10 ** exponent;
  // 0.97 rounds to 1.0 and 1.96 to 2: one digit is enough there.
  return Math.max(0, Math.min(3, (leading < 1.95 ? 1 : 0) - exponent));
}

/**
 * A tabular for `\\input` (package booktabs).
 *
 * @param columns LaTeX's alignments, one letter a column
 * @param header, rows LaTeX source, escaped by the caller; a header of empty texts is left out
 */
export function tabular(columns: string, header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `${cells.join(' & ')} \\\\\n`;
  const heading = header.every(cell => cell === '') ? '' : `${line(header)}\\midrule\n`;
  return `\\begin{tabular}{${columns}}\n\\toprule\n${heading}${rows.map(line).join('')}\\bottomrule\n\\end{tabular}\n`;
}

/**
 * Typed rows as a tabular: text to the left, numbers to the right with three digits or, of an estimate, with half of its interval and
 * the digits that it leaves; a dash where a value is missing.
 */
export function rowsLatex<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cell = ([, , value, half]: Column<Row>, row: Row): string => {
    const found = value(row);
    if (found === null) return '--';
    if (typeof found !== 'number') return escapeLatex(String(found));
    return half === undefined ? numberLatex(found) : estimateLatex(found, half(row));
  };
  return tabular(
    columns.map(([, kind]) => kind === 'number' ? 'r' : 'l').join(''), columns.map(([name]) => escapeLatex(name)),
    rows.map(row => columns.map(column => cell(column, row))));
}

/** Whole numbers as they are, others with three significant digits. */
function numberLatex(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '--' : value > 0 ? '$\\infty$' : '$-\\infty$';
  const [digits, exponent] = (Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)))).split('e');
  return exponent === undefined ? `$${digits!}$` : `$${digits!} \\cdot 10^{${Number(exponent)}}$`;
}
