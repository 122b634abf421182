import type { Column, Table } from './table.js';

/** What one column of numbers holds. */
export interface ColumnSummary {
  readonly column: string;
  /** Finite values; the statistics are of these. */
  readonly count: number;
  readonly missing: number;
  /** NaN and infinities. */
  readonly nonFinite: number;
  /** Null where there is no value. */
  readonly mean: number | null;
  /** Of the sample, divided by count − 1; null below two values, where it is not defined. */
  readonly std: number | null;
  readonly min: number | null;
  readonly median: number | null;
  readonly max: number | null;
}

export const summaryColumns: readonly Column<ColumnSummary>[] = [
  ['column', 'text', row => row.column], ['count', 'number', row => row.count], ['missing', 'number', row => row.missing],
  ['nonFinite', 'number', row => row.nonFinite], ['mean', 'number', row => row.mean], ['std', 'number', row => row.std],
  ['min', 'number', row => row.min], ['median', 'number', row => row.median], ['max', 'number', row => row.max],
];

/** A row for each column of numbers, in float64. danfojs' `describe` throws at a missing value, and says 0 for the std of one. */
export function summarize({ columns, rows }: Table): ColumnSummary[] {
  return columns.flatMap(({ name, kind }, at) => (kind === 'number' ? [columnSummary(name, rows.map(row => row[at] as number | null))] : []));
}

function columnSummary(column: string, values: readonly (number | null)[]): ColumnSummary {
  const present = values.filter(value => value !== null);
  const finite = present.filter(Number.isFinite).sort((a, b) => a - b);
  const count = finite.length;
  const counts = { column, count, missing: values.length - present.length, nonFinite: present.length - count };
  if (count === 0) return { ...counts, mean: null, std: null, min: null, median: null, max: null };
  const mean = finite.reduce((sum, value) => sum + value / count, 0);
  return {
    ...counts,
    mean,
    std: count < 2 ? null : Math.sqrt(finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)),
    min: finite[0]!,
    median: (finite[(count - 1) >> 1]! + finite[count >> 1]!) / 2,
    max: finite[count - 1]!,
  };
}
