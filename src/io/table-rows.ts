import { frameOf, type DataFrame } from './data-frame.js';
import { rowsLatex } from './latex-table.js';
import { summarize, summaryColumns, type ColumnSummary } from './table-summary.js';
import { tableCsv, tableJson, tableOf, type Column, type Table } from './table.js';

/**
 * Typed rows, an array like any other, that can also be had as a DataFrame, CSV, JSON or LaTeX. What is nested in a row stands in
 * columns of its own there.
 */
export class TableRows<Row> extends Array<Row> {
  /** `map`, `filter` and the like give plain arrays: their rows need not fit the columns. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  readonly #columns: readonly Column<Row>[];

  constructor(columns: readonly Column<Row>[], rows: readonly Row[]) {
    super();
    this.#columns = columns;
    for (const row of rows) this.push(row);
  }

  /** Named columns and the values under them. */
  toTable(): Table {
    return tableOf(this.#columns, this);
  }

  /**
   * A danfojs DataFrame that prints all of its rows. Names and ids are text, missing values `null`.
   *
   * @throws Error when danfojs-node is not installed
   */
  toDataFrame(): Promise<DataFrame> {
    return frameOf(this.toTable());
  }

  /** Count, missing values, mean, std and range of every column of numbers; see {@link ColumnSummary}. */
  describe(): TableRows<ColumnSummary> {
    return new TableRows(summaryColumns, summarize(this.toTable()));
  }

  /** See {@link tableCsv}. */
  toCsv(): string {
    return tableCsv(this.toTable());
  }

  /** See {@link tableJson}. */
  toJson(): string {
    return tableJson(this.toTable());
  }

  /** A booktabs tabular for `\input`, see {@link rowsLatex}. */
  toLatex(): string {
    return rowsLatex(this.#columns, this);
  }
}
