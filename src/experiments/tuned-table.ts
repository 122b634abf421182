import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { writeFileAtomic } from '../io/index.js';
import { gridModel, type GridDataName } from './grid.js';
import { profileNames, type ProfileName } from './profiles.js';

/** One learning rate that was tried for one cell. */
export interface TunedTrial {
  readonly learningRate: number;
  /** Share in [0, 1]; `null` when the run failed. */
  readonly validationAccuracy: number | null;
  readonly configHash: string;
}

/** The learning rate of one cell. */
export interface TunedCell {
  /** The trial with the highest validation accuracy; of equal ones the lowest rate. */
  readonly learningRate: number;
  /** Where the best rate is the first or last that was tried: a better one may lie beyond. */
  readonly edge: 'lowest' | 'highest' | null;
  /** In the order of the rates; the same rates for every cell. */
  readonly trials: readonly TunedTrial[];
}

/** Learning rates for one budget, with what is needed to find them again. */
export interface TunedProfile {
  readonly steps: number;
  readonly batchSize: number;
  /** Seed of the trials; never one of the evaluation. */
  readonly seed: number;
  readonly backend: string;
  /** Version of this package. */
  readonly version: string;
  readonly command: string;
  /** By cell name. */
  readonly cells: Readonly<Record<string, TunedCell>>;
}

/** `data/tuned/<model>-<data>.json`: tuned learning rates of one model on one data set. */
export interface TunedTable {
  readonly model: string;
  readonly data: string;
  readonly profiles: Readonly<Partial<Record<ProfileName, TunedProfile>>>;
}

/** A learning rate, and why it is this one. */
export interface ChosenRate {
  readonly learningRate: number;
  /** `null` when it was tuned for this very profile; else one sentence that says where it comes from. */
  readonly note: string | null;
}

/** Peak learning rate of a cell that was not tuned: a usual one for AdamW on small ViTs, and that of the first prototype. */
export const defaultLearningRate = 3e-3;

const schema: z.ZodType<TunedTable> = z.object({
  model: z.string(),
  data: z.string(),
  profiles: z.partialRecord(z.enum(profileNames), z.object({
    steps: z.int(),
    batchSize: z.int(),
    seed: z.int(),
    backend: z.string(),
    version: z.string(),
    command: z.string(),
    cells: z.record(z.string(), z.object({
      learningRate: z.number().positive(),
      edge: z.enum(['lowest', 'highest']).nullable(),
      trials: z.array(z.object({ learningRate: z.number().positive(), validationAccuracy: z.number().nullable(), configHash: z.string() })),
    })),
  })),
});

/** The table that comes with this package. */
export function tunedTablePath(data: GridDataName): string {
  return fileURLToPath(new URL(`../../data/tuned/${gridModel}-${data}.json`, import.meta.url));
}

/**
 * Reads a table; one without profiles when there is no such file.
 *
 * @throws Error that names the file and the first field that is wrong
 */
export function readTunedTable(path: string, data: GridDataName): TunedTable {
  if (!existsSync(path)) return { model: gridModel, data, profiles: {} };
  const fail = (field: string, problem: string): never => {
    throw new Error(`${path}: ${field}: ${problem}; mend the file or run "binvit tune" again`);
  };
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return fail('the file', 'expected JSON');
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    return fail(issue.path.join('.') || 'the file', issue.message);
  }
  if (result.data.model !== gridModel) return fail('model', `expected "${gridModel}", found "${result.data.model}"`);
  if (result.data.data !== data) return fail('data', `expected "${data}", found "${result.data.data}"`);
  return result.data;
}

/** Replaces the table as a whole. */
export function writeTunedTable(path: string, table: TunedTable): void {
  writeFileAtomic(path, `${JSON.stringify(table, null, 2)}\n`);
}

/**
 * The learning rate of a cell: as tuned for `profile`; else as tuned for the standard profile, whose runs are short enough
 * to tune; else {@link defaultLearningRate}.
 */
export function chooseRate(table: TunedTable, profile: ProfileName, cell: string): ChosenRate {
  const own = table.profiles[profile]?.cells[cell];
  if (own) {
    const note = own.edge === null ? null
      : `${cell}: the tuned learning rate ${own.learningRate} is the ${own.edge} that was tried; a better one may lie beyond`;
    return { learningRate: own.learningRate, note };
  }
  const standard = table.profiles.standard;
  const tuned = standard?.cells[cell];
  if (standard && tuned) {
    return { learningRate: tuned.learningRate, note: `${cell}: learning rate ${tuned.learningRate} was tuned at ${standard.steps} steps` };
  }
  return {
    learningRate: defaultLearningRate,
    note: `${cell}: learning rate ${defaultLearningRate} is the default; it was not tuned on ${table.data}`,
  };
}
