import { z } from 'zod';
import { methodNames, wheres, type MethodName, type Where } from '../binarize/index.js';

/** Machine and software of one run. */
export interface RowEnvironment {
  /** Version of Node, e.g. `20.20.2`. */
  readonly node: string;
  /** Operating system and architecture, e.g. `linux-x64`. */
  readonly platform: string;
  /** Model of the processor, e.g. `AMD EPYC 9R14`. */
  readonly cpu: string;
  /** Version of this package. */
  readonly binvit: string;
  /** What the backend ran on, e.g. `AVX-512, 1 thread`. */
  readonly engine: string;
}

/** One finished or failed run of an experiment: a line of `results.jsonl`. Accuracies are in [0, 1]. */
export interface ResultRow {
  /** Identity of the run's configuration, and the name of its folder. */
  readonly configHash: string;
  /** Arm of the experiment, e.g. `mlp/xnor-net`, `none/float`. */
  readonly cell: string;
  readonly where: Where;
  readonly method: MethodName | 'float';
  /** Whether binary weights have a scaling factor. */
  readonly scaled: boolean;
  readonly weightBits: number;
  readonly inputBits: number;
  readonly seed: number;
  readonly learningRate: number;
  readonly status: 'done' | 'failed';
  /** Why the run failed, in one sentence; `null` when it did not. */
  readonly reason: string | null;
  /** Of the last step's weights, as are all numbers here; `null` when the run failed. */
  readonly testAccuracy: number | null;
  readonly validationAccuracy: number | null;
  /** Mean cross entropy. */
  readonly testLoss: number | null;
  readonly validationLoss: number | null;
  readonly trainLoss: number | null;
  /** Updates done; 0 when the run failed. */
  readonly steps: number;
  /** Training speed, evaluation not counted. */
  readonly imagesPerSecond: number | null;
  /** Wall time of the process that finished the run, data loading not counted; 0 when the run failed. */
  readonly durationMs: number;
  readonly backend: string;
  /** The run folder, relative to the folder of `results.jsonl`. */
  readonly dir: string;
  readonly environment: RowEnvironment;
}

/** `mlp/xnor-net, seed 2`: how messages name a run. */
export function runName(row: Pick<ResultRow, 'cell' | 'seed'>): string {
  return `${row.cell}, seed ${row.seed}`;
}

const fraction = z.number().min(0).max(1).nullable();

const schema: z.ZodType<ResultRow> = z.object({
  configHash: z.string(), cell: z.string(), where: z.enum(wheres), method: z.enum([...methodNames, 'float']), scaled: z.boolean(),
  weightBits: z.number(), inputBits: z.number(), seed: z.int(), learningRate: z.number(), status: z.enum(['done', 'failed']),
  reason: z.string().nullable(), testAccuracy: fraction, validationAccuracy: fraction, testLoss: z.number().nullable(),
  validationLoss: z.number().nullable(), trainLoss: z.number().nullable(), steps: z.int(), imagesPerSecond: z.number().nullable(),
  durationMs: z.number(), backend: z.string(), dir: z.string(),
  environment: z.object({ node: z.string(), platform: z.string(), cpu: z.string(), binvit: z.string(), engine: z.string() }),
});

/** @throws TypeError that names the first field that is wrong */
export function parseResultRow(value: unknown): ResultRow {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new TypeError(`result row: ${path.join('.')}: ${message}`);
}
