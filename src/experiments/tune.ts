import type { BackendName } from '../backend/index.js';
import { packageVersion } from '../io/index.js';
import { cellName, gridCells, gridJob, type GridDataName } from './grid.js';
import { profiles, type ProfileName } from './profiles.js';
import { readResults, runJobs, type RunJobsOptions } from './run-jobs.js';
import { readTunedTable, tunedTablePath, writeTunedTable, type TunedCell, type TunedProfile, type TunedTrial } from './tuned-table.js';

export interface TuneOptions extends Pick<RunJobsOptions, 'workers' | 'signal' | 'onProgress' | 'onRow' | 'workerPath'> {
  readonly profile: ProfileName;
  readonly data: GridDataName;
  /** Folder of the data. Default: where the data set is known to lie. */
  readonly dataDir?: string | undefined;
  /** Default: the best one that works. */
  readonly backend?: BackendName | undefined;
  /** Folder of the trials; one that is there is gone on with. */
  readonly out: string;
  /** Rates to try, ascending; no others are added. Default: {@link tunedRates}, extended where a best one lies at the edge. */
  readonly rates?: readonly number[] | undefined;
  /** Table to write; its other profiles stay. Default: the one that comes with this package. */
  readonly tablePath?: string | undefined;
}

/** What {@link tune} leaves. */
export interface TuneSummary {
  /** `interrupted`: the table was not written. */
  readonly status: 'done' | 'interrupted';
  /** By cell name, in the order of the grid; empty when interrupted. A cell whose trials all failed is absent. */
  readonly cells: Readonly<Record<string, TunedCell>>;
  /** What the table's reader must know. */
  readonly notes: readonly string[];
  readonly tablePath: string;
}

/** Rates that every cell tries first: doubled from one to the next, about the default. */
export const tunedRates: readonly number[] = [1e-3, 2e-3, 4e-3, 8e-3, 1.6e-2, 3.2e-2];

/** Seed of the trials. The seeds of the evaluation count from 1 and stay below it. */
export const tuningSeed = 1000;

interface Trials {
  readonly cells: Readonly<Record<string, TunedCell>>;
  /** Backends that the trials ran on, for the table. */
  readonly backend: string;
}

/**
 * Tunes the learning rate of every cell: the one of {@link tunedRates} with the highest validation accuracy, at one run
 * each. Where a cell's best rate is the lowest or highest of all, one more rate is tried on that side, once, for all cells, so
 * that all have equal trials; a best rate that is at the edge even then is marked. Rates that the caller names are all that is
 * tried: a long profile has no time for more. Goes on after an interruption as `runGrid`
 * does, and writes the table when all trials have ended.
 *
 * @throws Error when backend or data cannot be used, or a file cannot be written
 */
export async function tune(options: TuneOptions): Promise<TuneSummary> {
  const { data, profile } = options;
  const tablePath = options.tablePath ?? tunedTablePath(data);
  // Read first: a damaged table is better found now than after the trials.
  const table = readTunedTable(tablePath, data);

  let rates = options.rates ?? tunedRates;
  let trials = await runTrials(rates, options);
  if (trials !== null && options.rates === undefined) {
    rates = extendRates(rates, Object.values(trials.cells));
    if (rates.length > tunedRates.length) trials = await runTrials(rates, options);
  }
  if (trials === null) return { status: 'interrupted', cells: {}, notes: [], tablePath };

  const { cells, backend } = trials;
  const { steps, batchSize } = profiles[profile];
  const tuned: TunedProfile = {
    steps, batchSize, seed: tuningSeed, backend, version: packageVersion(),
    command: `npx binvit tune --profile ${profile} --data ${data}${options.rates ? ` --rates ${options.rates.join(',')}` : ''}`, cells,
  };
  writeTunedTable(tablePath, { ...table, profiles: { ...table.profiles, [profile]: tuned } });
  const notes = gridCells.map(cellName).flatMap(name => {
    const edge = cells[name]?.edge;
    if (edge === undefined) return `${name}: every trial failed; the cell keeps the default learning rate`;
    return edge === null ? [] : `${name}: its best learning rate is the ${edge} of those tried, ${rates.join(', ')}`;
  });
  return { status: 'done', cells, notes, tablePath };
}

/** Runs every cell at every rate; `null` when interrupted. */
async function runTrials(rates: readonly number[], options: TuneOptions): Promise<Trials | null> {
  const { data, profile, out } = options;
  const jobs = rates.flatMap(rate => gridCells.map(cell => gridJob(cell, tuningSeed, rate, profiles[profile], data)));
  await runJobs(jobs, { ...options, dataDir: options.dataDir ?? null, backend: options.backend ?? null });
  const rows = new Map(readResults(out).rows.map(row => [row.configHash, row]));
  if (jobs.some(job => !rows.has(job.configHash))) return null;
  const tuned = gridCells.map((cell): [string, TunedCell | null] => [cellName(cell), bestTrial(jobs
    .filter(job => job.cell === cell)
    .map(({ config: { learningRate }, configHash }) => (
      { learningRate, validationAccuracy: rows.get(configHash)!.validationAccuracy, configHash })))]);
  return {
    cells: Object.fromEntries(tuned.filter((entry): entry is [string, TunedCell] => entry[1] !== null)),
    backend: [...new Set(jobs.map(job => rows.get(job.configHash)!.backend))].join(', '),
  };
}

/**
 * The trial with the highest validation accuracy, the lowest rate among equals; `null` when all failed.
 *
 * @param trials by ascending learning rate
 */
export function bestTrial(trials: readonly TunedTrial[]): TunedCell | null {
  const accuracies = trials.map(({ validationAccuracy }) => validationAccuracy ?? -1);
  const best = accuracies.indexOf(Math.max(...accuracies));
  const trial = trials[best];
  if (trial === undefined || trial.validationAccuracy === null) return null;
  return { learningRate: trial.learningRate, edge: best === 0 ? 'lowest' : best === trials.length - 1 ? 'highest' : null, trials };
}

/** One more rate on each side on which the best rate of a cell lies at the edge. */
export function extendRates(rates: readonly number[], cells: readonly TunedCell[]): readonly number[] {
  return [
    ...(cells.some(({ edge }) => edge === 'lowest') ? [rates[0]! / 2] : []),
    ...rates,
    ...(cells.some(({ edge }) => edge === 'highest') ? [rates.at(-1)! * 2] : []),
  ];
}
