import type { Table, Value } from './table.js';

/**
 * What we promise of the danfojs DataFrame that we return. The object is a real one and has all its methods; they are
 * not named here because danfojs is optional, and our declarations must hold without it.
 */
export interface DataFrame {
  readonly columns: string[];
  readonly dtypes: string[];
  /** Rows and columns. */
  readonly shape: number[];
  readonly values: unknown;
  /** Some of its columns, and rows by their index. */
  loc(part: { readonly columns?: string[]; readonly rows?: number[] }): DataFrame;
  print(): void;
  toString(): string;
}

const dtypes = { text: 'string', number: 'float32', boolean: 'boolean' } as const;

/**
 * A table as a danfojs DataFrame that prints all of its rows.
 *
 * @throws Error when danfojs-node is not installed
 */
export async function frameOf({ columns, rows }: Table): Promise<DataFrame> {
  const { DataFrame } = await loadDanfo();
  return new DataFrame(rows.map(row => [...row]), {
    columns: columns.map(column => column.name),
    dtypes: columns.map(column => dtypes[column.kind]),
    // danfojs says where a table is cut only by leaving rows out.
    config: { tableMaxRow: rows.length + 1, tableMaxColInConsole: columns.length + 1 },
  });
}

/** A table as lines for a terminal. */
export async function formatTable(table: Table): Promise<string> {
  try {
    return (await frameOf(table)).toString();
  } catch (error) {
    if (!(error instanceof MissingDanfoError)) throw error;
    return plainColumns(table);
  }
}

class MissingDanfoError extends Error {}

async function loadDanfo(): Promise<typeof import('danfojs-node')> {
  try {
    return await import('danfojs-node');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new MissingDanfoError('DataFrame: expected the package danfojs-node, found none; install it with "npm install danfojs-node"', { cause: error });
  }
}

function plainColumns({ columns, rows }: Table): string {
  const text = (value: Value): string => value === null ? '\u2013' : String(value);
  const lines = [columns.map(column => column.name), ...rows.map(row => row.map(text))];
  const widths = columns.map((_, at) => Math.max(...lines.map(line => line[at]!.length)));
  return lines.map(line => `${line.map((cell, at) => cell.padEnd(widths[at]!)).join('  ').trimEnd()}\n`).join('');
}
