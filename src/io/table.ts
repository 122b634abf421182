import { formatCsv, type CsvSchema } from './csv.js';

/** A value of a table; `null` where there is none. */
export type Value = string | number | boolean | null;

export type ColumnKind = 'text' | 'number' | 'boolean';

/** Rows under named columns of one kind each. Ids are text: `007` keeps its zeros. */
export interface Table {
  readonly columns: readonly { readonly name: string; readonly kind: ColumnKind }[];
  readonly rows: readonly (readonly Value[])[];
}

/** A column of a table of typed rows; an estimate may say half of its interval, which decides its digits in LaTeX. */
export type Column<Row> = readonly [name: string, kind: ColumnKind, value: (row: Row) => Value, half?: (row: Row) => number];

export function tableOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Table {
  return {
    columns: columns.map(([name, kind]) => ({ name, kind })),
    rows: rows.map(row => columns.map(([, , value]) => value(row))),
  };
}

/** The schema with which `readCsv` reads what {@link tableCsv} writes; true and false come back as text. */
export function tableSchema({ columns }: Pick<Table, 'columns'>): CsvSchema {
  return Object.fromEntries(columns.map(({ name, kind }) => [name, kind === 'number' ? 'number' : 'text']));
}

/** CSV (RFC 4180): text that holds a comma, a quote or a line break is quoted; a missing value is empty, NaN and infinities are named. */
export function tableCsv({ columns, rows }: Table): string {
  return formatCsv(tableSchema({ columns }), rows.map(row => Object.fromEntries(columns.map(({ name }, at) => {
    const value = row[at]!;
    return [name, typeof value === 'boolean' ? String(value) : value];
  }))));
}

/** JSON, an object a row; ids are text, and a NaN or an infinity, which JSON lacks, is `null`. */
export function tableJson({ columns, rows }: Table): string {
  return `${JSON.stringify(rows.map(row => Object.fromEntries(columns.map(({ name }, at) => [name, row[at]]))), null, 2)}\n`;
}
