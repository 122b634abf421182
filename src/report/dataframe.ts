import type { ResultRow } from '../experiments/index.js';
import { formatTable, frameOf, type DataFrame } from '../io/index.js';
import type { CellRow } from './report.js';
import { cellsTable, resultsTable } from './table.js';

/**
 * The runs as a danfojs DataFrame, one row each. Ids are text, accuracies fractions, missing values `null`.
 * Means and intervals over seeds come from our own statistics, not from the frame: its `std` of one value is 0.
 *
 * @throws Error when danfojs-node is not installed
 */
export function resultsFrame(rows: readonly ResultRow[]): Promise<DataFrame> {
  return frameOf(resultsTable(rows));
}

/** The result table as lines for a terminal: by danfojs where it is installed, plain columns elsewhere. */
export const formatCells = (cells: readonly CellRow[]): Promise<string> => formatTable(cellsTable(cells));
