/** A fraction as percent with one digit behind the point, without the sign: 0.9374 -> "93.7". */
export const percent = (fraction: number): string => (100 * fraction).toFixed(1);

/** A difference of fractions in percentage points, with its sign: 0.021 -> "+2.1"; "0.0" has none. */
export function points(difference: number): string {
  const text = Math.abs(100 * difference).toFixed(1);
  return `${text === '0.0' ? '' : difference < 0 ? '\u2212' : '+'}${text}`;
}

/** Plotly reads its texts as a small HTML; names that come from outside must stay text. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** "1 seed", "3 seeds". */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** An interval of differences in percentage points, "[+1.2, +3.4]"; a dash where one seed gives none. */
export const interval = (range: readonly [low: number, high: number] | null): string =>
  range === null ? '[\u2013]' : `[${points(range[0])}, ${points(range[1])}]`;
