import { methodLabel, whereLabel } from '../binarize/index.js';
import { percent } from '../figures/index.js';
import type { ResultRow } from '../experiments/index.js';
import type { CellRow } from './report.js';

/** A value of a table; `null` where there is none. */
export type Value = string | number | boolean | null;

/** Rows under named columns of one kind each. Ids are text: `007` keeps its zeros. */
export interface Table {
  readonly columns: readonly { readonly name: string; readonly kind: 'text' | 'number' | 'boolean' }[];
  readonly rows: readonly (readonly Value[])[];
}

type Column<Row> = readonly [name: string, kind: 'text' | 'number' | 'boolean', value: (row: Row) => Value];

function tableOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Table {
  return {
    columns: columns.map(([name, kind]) => ({ name, kind })),
    rows: rows.map(row => columns.map(([, , value]) => value(row))),
  };
}

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

/** CSV (RFC 4180): text that holds a comma, a quote or a line break is quoted; a missing value is empty. */
export function toCsv({ columns, rows }: Table): string {
  const field = (value: Value): string => {
    const text = value === null ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns.map(column => column.name), ...rows].map(row => `${row.map(field).join(',')}\n`).join('');
}
