import { methodLabel, whereLabel } from '../binarize/index.js';
import { percent } from '../figures/index.js';
import type { ResultRow } from '../experiments/index.js';
import { tableOf, type Column, type Table } from '../io/index.js';
import type { CellRow } from './report.js';

const resultColumns: readonly Column<ResultRow>[] = [
  ['configHash', 'text', row => row.configHash],
  ['cell', 'text', row => row.cell],
  ['where', 'text', row => row.where],
  ['method', 'text', row => row.method],
  ['scaled', 'boolean', row => row.scaled],
  ['weightBits', 'number', row => row.weightBits],
  ['inputBits', 'number', row => row.inputBits],
  ['seed', 'number', row => row.seed],
  ['learningRate', 'number', row => row.learningRate],
  ['status', 'text', row => row.status],
  ['reason', 'text', row => row.reason],
  ['testAccuracy', 'number', row => row.testAccuracy],
  ['validationAccuracy', 'number', row => row.validationAccuracy],
  ['testLoss', 'number', row => row.testLoss],
  ['validationLoss', 'number', row => row.validationLoss],
  ['trainLoss', 'number', row => row.trainLoss],
  ['steps', 'number', row => row.steps],
  ['imagesPerSecond', 'number', row => row.imagesPerSecond],
  ['durationMs', 'number', row => row.durationMs],
  ['backend', 'text', row => row.backend],
  ['dir', 'text', row => row.dir],
];

/** One row a run, as `results.csv` and the DataFrame hold it. */
export const resultsTable = (rows: readonly ResultRow[]): Table => tableOf(resultColumns, rows);

const cellColumns: readonly Column<CellRow>[] = [
  ['binary part', 'text', cell => whereLabel(cell.where)],
  ['method', 'text', cell => methodLabel(cell.method)],
  ['bits', 'text', cell => cell.bits],
  ['scaling', 'text', cell => cell.scaled ? 'yes' : 'no'],
  ['test acc. %', 'text', meanWithInterval],
  ['seeds', 'number', cell => cell.n],
  ['learning rate', 'text', cell => cell.learningRates.join(', ')],
];

/** One row a cell of the grid, for reading. */
export const cellsTable = (cells: readonly CellRow[]): Table => tableOf(cellColumns, cells);

/** "93.7 \u00b1 0.4": mean and half of the interval in percent; a dash where one seed gives no interval. */
export function meanWithInterval({ mean, interval }: Pick<CellRow, 'mean' | 'interval'>): string {
  return `${percent(mean)} \u00b1 ${interval === null ? '\u2013' : percent((interval[1] - interval[0]) / 2)}`;
}
