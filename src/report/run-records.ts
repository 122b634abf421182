import { join } from 'node:path';
import { runName, type ResultRow } from '../experiments/index.js';
import type { LayerWeights } from '../figures/index.js';
import { readRun, type RunRecord } from '../training/index.js';
import type { Cell } from './cells.js';
import type { Absence } from './report.js';
import { runLayers } from './run-layers.js';

/** A cell with what its run folders hold, as far as they can be read. */
export interface RecordedCell extends Cell {
  readonly records: readonly RunRecord[];
  /** Binary layers of its first run; none for the float model. */
  readonly layers: readonly LayerWeights[];
}

/**
 * Reads the run folders of all cells. A folder that is missing or damaged costs its curve or weights, not the report.
 *
 * @returns the cells in their order, and one entry for each folder that cannot be read
 */
export async function readRecords(cells: readonly Cell[], resultsDir: string): Promise<{ cells: RecordedCell[]; damaged: Absence[] }> {
  const damaged: Absence[] = [];
  const attempt = async <Result>(run: ResultRow, read: (dir: string) => Result | Promise<Result>): Promise<Result[]> => {
    try {
      return [await read(join(resultsDir, run.dir))];
    } catch (error) {
      damaged.push({ kind: 'damaged', run: runName(run), reason: `its row counts, but its folder: ${error instanceof Error ? error.message : String(error)}` });
      return [];
    }
  };
  const recorded: RecordedCell[] = [];
  for (const cell of cells) {
    const records = (await Promise.all(cell.runs.map(run => attempt(run, readRun)))).flat();
    const layers = (await attempt(cell.runs[0]!, runLayers)).flat();
    recorded.push({ ...cell, records, layers });
  }
  return { cells: recorded, damaged };
}
