import { plainText } from './plain-text.js';
import { rich, type Rich } from './rich.js';
import { tableHtml, tableText, type TableView } from './table.js';

/** What of a danfojs DataFrame or Series is shown. */
interface FrameLike {
  readonly shape: readonly number[];
  readonly index: readonly (string | number)[];
  readonly columns: readonly string[];
  readonly values: readonly unknown[];
}

/** Longer frames show their first and last rows, wider ones their first and last columns. */
const maxRows = 20;
const maxColumns = 20;
const gap = '…';

/** Whether a value is a danfojs frame or series, of whichever copy of danfojs. */
export function isFrame(value: unknown): value is FrameLike {
  if (typeof value !== 'object' || value === null || !('$data' in value)) return false;
  const { shape, index, columns } = value as Partial<FrameLike>;
  return Array.isArray(shape) && Array.isArray(index) && Array.isArray(columns);
}

/** A frame as table, cut where it is long, with its shape. */
export function describeFrame(frame: FrameLike): Rich {
  const view = viewOf(frame);
  return rich({ 'text/html': tableHtml(view), 'text/plain': tableText(view) });
}

function viewOf({ shape, index, columns, values }: FrameLike): TableView {
  const rowCount = shape[0] ?? 0;
  const columnCount = columns.length;
  const shownColumns = ends(columnCount, maxColumns);
  const cellsOf = (row: number): unknown[] => {
    const value = values[row];
    // A series has its values themselves.
    return Array.isArray(value) ? value : [value];
  };
  return {
    header: ['', ...shownColumns.map(column => column === null ? gap : String(columns[column]))],
    rows: ends(rowCount, maxRows).map(row => row === null
      ? [gap, ...shownColumns.map(() => gap)]
      : [String(index[row]), ...shownColumns.map(column => column === null ? gap : cellText(cellsOf(row)[column]))]),
    shape: `${count(rowCount, 'row')} × ${count(columnCount, 'column')}`,
  };
}

/** The first and last places of a range that is too long, with `null` for what lies between. */
function ends(length: number, max: number): (number | null)[] {
  const all = Array.from({ length: Math.min(length, max) }, (_, place) => place);
  if (length <= max) return all;
  const half = max / 2;
  return [...all.slice(0, half), null, ...all.slice(half).map(place => length - max + place)];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function cellText(value: unknown): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(7)));
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : plainText(value);
}
