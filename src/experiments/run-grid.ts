import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackendName } from '../backend/index.js';
import { writeFileAtomic } from '../io/index.js';
import { cellName, gridCells, gridJob, gridModel, type GridDataName, type Job } from './grid.js';
import { profiles, type ProfileName } from './profiles.js';
import { readResults, runJobs, type RunJobsOptions, type StoredResults } from './run-jobs.js';
import type { ResultRow } from './result-row.js';
import { chooseRate, readTunedTable, tunedTablePath } from './tuned-table.js';

export interface RunGridOptions extends Pick<RunJobsOptions, 'workers' | 'signal' | 'onProgress' | 'onRow' | 'workerPath'> {
  readonly profile: ProfileName;
  readonly data: GridDataName;
  /** Folder of the data. Default: where the data set is known to lie. */
  readonly dataDir?: string | undefined;
  /** Seeds a cell, 1 to this number. Default: the profile's. */
  readonly seeds?: number | undefined;
  /** Default: the best one that works. */
  readonly backend?: BackendName | undefined;
  /** Folder of the results; one that is there is gone on with. */
  readonly out: string;
  /** Tuned learning rates. Default: those that come with this package. */
  readonly tablePath?: string | undefined;
}

/** What was planned: `grid.json` beside the results. A folder may hold rows of earlier plans too. */
export interface GridRecord {
  readonly profile: ProfileName;
  readonly model: string;
  readonly data: GridDataName;
  readonly seeds: readonly number[];
  /** In the order of the grid, seed by seed. */
  readonly runs: readonly { readonly cell: string; readonly seed: number; readonly configHash: string }[];
  /** What a reader must know about the learning rates. */
  readonly notes: readonly string[];
}

/** A grid and what there is of it. */
export interface GridResults {
  readonly record: GridRecord;
  /** One row for each run that ended, in the order of the plan. */
  readonly rows: readonly ResultRow[];
  /** Runs without a row. */
  readonly missing: GridRecord['runs'];
  /** Lines of `results.jsonl` that hold no row. */
  readonly damaged: StoredResults['damaged'];
}

/** What {@link runGrid} leaves. */
export interface GridSummary extends GridResults {
  /** `interrupted` while runs are missing. Failed runs do not change `done`. */
  readonly status: 'done' | 'interrupted';
  readonly done: number;
  readonly failed: number;
  /** Wall time of this call. */
  readonly durationMs: number;
}

/**
 * Runs the grid of a profile, or what is missing of it: every cell with every seed, in a pool of processes. Interrupted at
 * any moment, even by SIGKILL, it goes on at the next call with the same `out`; finished runs are never repeated, failed ones
 * are tried again.
 *
 * @throws Error when backend, data or tuned table cannot be used, or the results cannot be written
 */
export async function runGrid(options: RunGridOptions): Promise<GridSummary> {
  const start = performance.now();
  const { out, data } = options;
  const { jobs, notes } = planGrid(options);
  const record: GridRecord = {
    profile: options.profile,
    model: gridModel,
    data,
    seeds: [...new Set(jobs.map(({ seed }) => seed))],
    runs: jobs.map(({ cell, seed, configHash }) => ({ cell: cellName(cell), seed, configHash })),
    notes,
  };
  writeFileAtomic(recordPath(out), `${JSON.stringify(record, null, 2)}\n`);
  await runJobs(jobs, { ...options, dataDir: options.dataDir ?? null, backend: options.backend ?? null });
  const results = withRows(record, readResults(out));
  return {
    ...results,
    status: results.missing.length === 0 ? 'done' : 'interrupted',
    done: results.rows.filter(row => row.status === 'done').length,
    failed: results.rows.filter(row => row.status === 'failed').length,
    durationMs: performance.now() - start,
  };
}

/**
 * Reads a grid, also while it runs.
 *
 * @throws Error when the folder holds none
 */
export function readGrid(out: string): GridResults {
  const path = recordPath(out);
  if (!existsSync(path)) throw new Error(`${out}: expected the results of a grid, found no grid.json; run "binvit reproduce" first`);
  return withRows(JSON.parse(readFileSync(path, 'utf8')) as GridRecord, readResults(out));
}

/** All runs, seed by seed, so that an early end leaves whole seeds. */
function planGrid({ profile, data, seeds, tablePath }: RunGridOptions): { jobs: Job[]; notes: string[] } {
  const table = readTunedTable(tablePath ?? tunedTablePath(data), data);
  const rates = gridCells.map(cell => ({ cell, ...chooseRate(table, profile, cellName(cell)) }));
  const count = seeds ?? profiles[profile].seeds;
  const jobs = Array.from({ length: count }, (_, i) => i + 1).flatMap(seed =>
    rates.map(({ cell, learningRate }) => gridJob(cell, seed, learningRate, profiles[profile], data)));
  return { jobs, notes: rates.flatMap(({ note }) => note ?? []) };
}

function withRows(record: GridRecord, { rows, damaged }: StoredResults): GridResults {
  const byHash = new Map(rows.map(row => [row.configHash, row]));
  return {
    record,
    rows: record.runs.flatMap(run => byHash.get(run.configHash) ?? []),
    missing: record.runs.filter(run => !byHash.has(run.configHash)),
    damaged,
  };
}

function recordPath(out: string): string {
  return join(out, 'grid.json');
}
