import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BackendInfo } from '../backend/index.js';
import { appendLine, latestRows, readJsonl, type DamagedLine } from '../io/index.js';
import { rowEnvironment } from './environment.js';
import { cellBits, cellName, type Job } from './grid.js';
import { runPool, type Outcome } from './pool.js';
import { ImageCounter, type GridProgress } from './progress.js';
import { parseResultRow, runName, type ResultRow } from './result-row.js';
import type { TrainingJob, TrainingProgress, TrainingResult, TrainingSetup } from './training-messages.js';

/** How jobs are run; nothing here changes a result on one backend. */
export interface RunJobsOptions extends TrainingSetup {
  /** Folder of `results.jsonl` and, under `runs/`, of the run folders. */
  readonly out: string;
  /** Processes, one thread each. Default: one for each core. */
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: GridProgress) => void) | undefined;
  /** Called with every row that is added. */
  readonly onRow?: ((row: ResultRow) => void) | undefined;
  /** Module of the worker process. Default: the one that trains. */
  readonly workerPath?: string | undefined;
}

/** What a results file holds. */
export interface StoredResults {
  /** The newest row of each configuration. */
  readonly rows: ResultRow[];
  /** Lines that hold no row. */
  readonly damaged: readonly DamagedLine[];
}

/** `results.jsonl` of an experiment's folder. */
export function resultsPath(out: string): string {
  return join(out, 'results.jsonl');
}

/** Reads the rows of an experiment's folder; none when there is no file yet. It may be read while the experiment runs. */
export function readResults(out: string): StoredResults {
  const path = resultsPath(out);
  if (!existsSync(path)) return { rows: [], damaged: [] };
  const { rows, damaged } = readJsonl(path, parseResultRow);
  return { rows: latestRows(rows, row => row.configHash), damaged };
}

/**
 * Runs the jobs that have no `done` row yet, in a pool of processes, and appends a row for each that ends. Interrupted and
 * killed runs go on from their checkpoint; failed ones are tried again.
 *
 * @throws Error when no worker can start (backend, data), or the results cannot be written
 */
export async function runJobs(jobs: readonly Job[], options: RunJobsOptions): Promise<void> {
  const { out, data, dataDir, backend } = options;
  const finished = new Set(readResults(out).rows.filter(row => row.status === 'done').map(row => row.configHash));
  const open = jobs.filter(job => !finished.has(job.configHash));
  const counter = new ImageCounter(open);
  const running = new Set<Job>();
  let runsDone = jobs.length - open.length;
  let runsFailed = 0;
  const report = (): void => {
    options.onProgress?.({
      runs: jobs.length, runsDone, runsFailed, ...counter.read(),
      running: [...running].map(({ cell, seed }) => runName({ cell: cellName(cell), seed })),
    });
  };

  report();
  await runPool<TrainingSetup, Job & TrainingJob, BackendInfo, TrainingProgress, TrainingResult>({
    workerPath: options.workerPath ?? fileURLToPath(new URL('./worker.js', import.meta.url)),
    setup: { data, dataDir, backend },
    jobs: open.map(job => ({ ...job, dir: join(out, runDir(job)) })),
    workers: options.workers ?? availableParallelism(),
    signal: options.signal,
    onProgress: (job, progress) => {
      running.add(job);
      counter.advance(job, progress);
      report();
    },
    onOutcome: (job, outcome) => {
      const row = resultRow(job, outcome);
      appendLine(resultsPath(out), row);
      running.delete(job);
      counter.end(job);
      if (row.status === 'done') runsDone++;
      else runsFailed++;
      options.onRow?.(row);
      report();
    },
  });
}

/** Relative to the experiment's folder, with `/` on every system. */
function runDir({ configHash }: Job): string {
  return `runs/${configHash}`;
}

function resultRow(job: Job, outcome: Outcome<BackendInfo, TrainingResult>): ResultRow {
  const { cell, seed, config, configHash } = job;
  const result = outcome.status === 'done' ? outcome.result : null;
  return {
    configHash,
    cell: cellName(cell),
    ...cell,
    ...cellBits(cell),
    seed,
    learningRate: config.learningRate,
    status: outcome.status,
    reason: outcome.status === 'failed' ? outcome.reason : null,
    testAccuracy: result?.testAccuracy ?? null,
    validationAccuracy: result?.validationAccuracy ?? null,
    testLoss: result?.testLoss ?? null,
    validationLoss: result?.validationLoss ?? null,
    trainLoss: result?.trainLoss ?? null,
    steps: result?.steps ?? 0,
    // A run that was resumed after its last step has no speed of its own.
    imagesPerSecond: result?.imagesPerSecond ?? null,
    durationMs: result?.durationMs ?? 0,
    backend: outcome.info.name,
    dir: runDir(job),
    environment: rowEnvironment(outcome.info.detail),
  };
}
