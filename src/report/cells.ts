import { methodNames, wheres } from '../binarize/index.js';
import { meanEstimate, type ResultRow } from '../experiments/index.js';
import type { AccuracyCell } from '../figures/index.js';
import type { CellRow } from './report.js';

/** The finished runs of one cell of the grid, by seed. */
export interface Cell {
  readonly name: string;
  readonly runs: readonly FinishedRow[];
}

export type FinishedRow = ResultRow & { readonly testAccuracy: number };

/** Rows in the order of the grid (where, how, seed), however their runs came in. */
export function gridOrder(rows: readonly ResultRow[]): ResultRow[] {
  const methods: readonly string[] = methodNames;
  const rank = (row: ResultRow): readonly number[] => [wheres.indexOf(row.where), methods.indexOf(row.method), row.seed];
  return [...rows].sort((a, b) => {
    const [first, second] = [rank(a), rank(b)];
    const at = first.findIndex((value, index) => value !== second[index]);
    return at < 0 ? 0 : first[at]! - second[at]!;
  });
}

/** The finished runs by cell, in the order of the grid. */
export function finishedCells(rows: readonly ResultRow[]): Cell[] {
  const cells = new Map<string, FinishedRow[]>();
  for (const row of gridOrder(rows)) {
    if (row.status !== 'done' || row.testAccuracy === null) continue;
    cells.set(row.cell, [...cells.get(row.cell) ?? [], { ...row, testAccuracy: row.testAccuracy }]);
  }
  return [...cells].map(([name, runs]) => ({ name, runs }));
}

/** The result table: mean and interval over seeds of every cell that has a finished run. */
export const cellRows = (rows: readonly ResultRow[]): CellRow[] => finishedCells(rows).map(cellRow);

/** Mean and interval over the seeds of a cell. */
export function cellRow({ name, runs }: Cell): CellRow {
  const [first] = runs;
  const { n, mean, interval } = meanEstimate(runs.map(run => run.testAccuracy));
  const meanOf = (values: (number | null)[]): number | null => meanEstimate(values.filter(value => value !== null)).mean;
  return {
    name, where: first!.where, method: first!.method, bits: `W${first!.weightBits}A${first!.inputBits}`, scaled: first!.scaled, n, mean: mean!, interval,
    validationAccuracy: meanOf(runs.map(run => run.validationAccuracy)),
    learningRates: [...new Set(runs.map(run => run.learningRate))],
    imagesPerSecond: meanOf(runs.map(run => run.imagesPerSecond)),
  };
}

/** The same for the figure, with the seeds one by one. */
export function accuracyCell(cell: Cell): AccuracyCell {
  const { where, method, mean, interval } = cellRow(cell);
  return { where, method, values: cell.runs.map(run => run.testAccuracy), mean, interval };
}
