import { writeFileAtomic } from './atomic-file.js';
import { splitCsv, type CsvCell } from './csv-cells.js';
import { readWhole } from './sized-file.js';
import { sniff } from './sniff.js';

/** The columns of a file, with what each holds. Identifiers are text: `007` stays `007`. */
export type CsvSchema = Readonly<Record<string, 'text' | 'number'>>;

/** One row; `null` is a missing value. */
export type CsvRow<Schema extends CsvSchema> = { [Column in keyof Schema]: CsvValue<Schema[Column]> | null };

type CsvValue<Kind> = Kind extends 'number' ? number : string;

/** Content of a CSV file. */
export interface CsvTable<Schema extends CsvSchema> {
  /** Names in the order of the file. */
  readonly columns: readonly (keyof Schema & string)[];
  /** May be empty. */
  readonly rows: CsvRow<Schema>[];
  /** Number of missing values per column. */
  readonly missing: Readonly<Record<keyof Schema, number>>;
  /** Number of NaN and infinite values per column. */
  readonly nonFinite: Readonly<Record<keyof Schema, number>>;
}

const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const specialNumbers: Readonly<Record<string, number>> = {
  nan: NaN, inf: Infinity, '+inf': Infinity, '-inf': -Infinity, infinity: Infinity, '+infinity': Infinity, '-infinity': -Infinity,
};

/**
 * Reads a CSV file whose columns are known. Types come from the schema, never from the values: an empty field is a missing
 * value, in number columns `NA` too, and `NaN` and `Infinity` are numbers. Names are trimmed, a byte order mark is ignored,
 * and the order of the columns is free.
 *
 * @throws Error that names file, line and column when columns are missing, unknown or there twice, when a row has another
 * number of fields, or when a value is no number
 */
export function readCsv<Schema extends CsvSchema>(path: string, schema: Schema): CsvTable<Schema> {
  const [header, ...records] = splitCsv(readText(path), path);
  const columns = parseColumns(header?.cells ?? [], schema, path);
  const counts = (): Record<keyof Schema, number> => Object.fromEntries(columns.map(column => [column, 0])) as Record<keyof Schema, number>;
  const missing = counts();
  const nonFinite = counts();
  const rows = records.map(({ line, cells }) => {
    if (cells.length !== columns.length) {
      throw new Error(`${path}: line ${line}: expected ${columns.length} fields, found ${cells.length}`);
    }
    return Object.fromEntries(columns.map((column, index) => {
      const cell = cells[index]!;
      const value = schema[column] === 'number' ? parseNumber(cell, `${path}: line ${line}: ${column}`) : parseText(cell);
      if (value === null) missing[column]++;
      if (typeof value === 'number' && !Number.isFinite(value)) nonFinite[column]++;
      return [column, value];
    })) as CsvRow<Schema>;
  });
  return { columns, rows, missing, nonFinite };
}

/**
 * The text of a CSV file that {@link readCsv} reads back as the same values: numbers in the shortest form that gives the same
 * double, missing values as empty fields. Columns stand in the order of the schema.
 */
export function formatCsv<Schema extends CsvSchema>(schema: Schema, rows: readonly CsvRow<Schema>[]): string {
  const columns = Object.keys(schema);
  const lines = [columns.map(quote), ...rows.map(row => columns.map(column => formatCell(row[column] ?? null)))];
  return lines.map(cells => `${cells.join(',')}\n`).join('');
}

/** Writes a CSV file as a whole or not at all; see {@link formatCsv}. */
export function writeCsv<Schema extends CsvSchema>(path: string, schema: Schema, rows: readonly CsvRow<Schema>[]): void {
  writeFileAtomic(path, formatCsv(schema, rows));
}

function readText(path: string): string {
  const bytes = readWhole(path);
  const found = sniff(bytes);
  if (found) throw new Error(`${path}: expected a CSV file, found ${found.description}`);
  try {
    // This decoder drops a byte order mark.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error(`${path}: expected text in UTF-8, found other bytes`, { cause: error });
  }
}

function parseColumns<Schema extends CsvSchema>(cells: readonly CsvCell[], schema: Schema, path: string): (keyof Schema & string)[] {
  const names = cells.map(cell => cell.text.trim());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`${path}: line 1: expected unique column names, found ${JSON.stringify(twice)} twice`);
  const missing = Object.keys(schema).filter(name => !names.includes(name));
  const unknown = names.filter(name => !Object.hasOwn(schema, name));
  if (missing.length > 0 || unknown.length > 0) {
    const list = (label: string, some: string[]): string => (some.length > 0 ? `; ${label}: ${some.map(name => JSON.stringify(name)).join(', ')}` : '');
    throw new Error(`${path}: line 1: expected the columns ${Object.keys(schema).join(', ')}${list('missing', missing)}${list('unknown', unknown)}`);
  }
  return names;
}

function parseText({ text, quoted }: CsvCell): string | null {
  return text === '' && !quoted ? null : text;
}

function parseNumber(cell: CsvCell, where: string): number | null {
  const text = cell.text.trim();
  if (text === '' || text === 'NA') return null;
  if (number.test(text)) return Number(text);
  const special = specialNumbers[text.toLowerCase()];
  if (special === undefined) throw new Error(`${where}: expected a number, found ${JSON.stringify(cell.text)}`);
  return special;
}

function formatCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  return value === '' ? '""' : quote(value);
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
