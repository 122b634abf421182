import { z } from 'zod';
import { parsePlan, type BinarizationPlan } from '../binarize/index.js';
import { parseVitConfig, type VitConfig } from '../models/index.js';

/** AdamW: Loshchilov and Hutter 2019, arXiv 1711.05101. */
export interface AdamWConfig {
  readonly name: 'adamw';
  /** Decay of the first moment, in [0, 1). Default 0.9. */
  readonly beta1: number;
  /** Decay of the second moment, in [0, 1). Default 0.999. */
  readonly beta2: number;
  /** Added to the root of the second moment. Default 1e-8. */
  readonly epsilon: number;
}

/** Gradient descent with (heavy-ball) momentum. */
export interface SgdConfig {
  readonly name: 'sgd';
  /** In [0, 1). Default 0.9. */
  readonly momentum: number;
}

/** Random augmentation of training images. */
export interface AugmentationConfig {
  /** Zero padding in pixels before a random crop back to the image's size. */
  readonly crop: number;
  /** Mirror every other image, left to right. */
  readonly flip: boolean;
}

/** Everything that a run depends on; plain JSON. {@link parseTrainConfig} fills in the defaults. */
export interface TrainConfig {
  readonly model: VitConfig;
  readonly plan: BinarizationPlan;
  /** Name of the data set, and how many training images are set aside for validation (default 5000). */
  readonly data: { readonly name: string; readonly validation: number };
  /** Default `null`: none. */
  readonly augmentation: AugmentationConfig | null;
  /** Default AdamW with its defaults. */
  readonly optimizer: AdamWConfig | SgdConfig;
  /** Highest learning rate, reached at the end of the warm-up. Default 3e-3. */
  readonly learningRate: number;
  /**
   * Decoupled decay of float weight matrices: w loses `learningRate · weightDecay · w` a step. Biases, norms, tokens,
   * position embeddings, scales and shifts never decay. Default 0.05 (DeiT, arXiv 2012.12877).
   */
  readonly weightDecay: number;
  /** The same for latent weights of binarized layers. Default 0: decay pulls them to 0, where signs flip at random. */
  readonly latentWeightDecay: number;
  /** Share of the steps over which the learning rate rises linearly, in [0, 1). Default 0.1. */
  readonly warmup: number;
  /** Images a step. Default 128. */
  readonly batchSize: number;
  /** Number of updates. Default 400. */
  readonly steps: number;
  /** Largest global gradient norm; longer gradients are shortened to it. `null`: never. Default 1. */
  readonly clipNorm: number | null;
  /** Latent weights are kept in [-latentClip, latentClip] after each update. `null`: free. Default 1 (BinaryConnect). */
  readonly latentClip: number | null;
  /** Share of the target spread evenly over all classes, in [0, 1). Default 0. */
  readonly labelSmoothing: number;
  /**
   * Decay of a moving average of all parameters, in [0, 1), which evaluations and the saved model use in place of the newest
   * weights. Left out (default): no average.
   */
  readonly averageDecay?: number;
  /**
   * Model file that the weights start from in place of random ones, with its SHA-256 (hex): an imported model, or a float one
   * that is to become binary. Scales and shifts of the plan that the file lacks start for these weights. Left out by default.
   */
  readonly initial?: { readonly path: string; readonly sha256: string };
  /** Integer in [0, 2^32); initial weights, split, batch order and dropped paths follow from it. Default 1. */
  readonly seed: number;
  /** Steps between rows of loss, learning rate and gradient norm. Default 20. */
  readonly logEvery: number;
  /** Steps between rows of per-layer statistics. Default 100. */
  readonly statisticsEvery: number;
  /**
   * Steps between samples of the signs of all binary weights, one bit each, in the run's `signs.jsonl`; flips between two samples
   * stay unseen. `null` (default): none.
   */
  readonly signsEvery: number | null;
  /** Steps between evaluations on the validation images; `null` (default): only at the end. */
  readonly evaluateEvery: number | null;
  /** Steps between checkpoints. Default 200. */
  readonly checkpointEvery: number;
}

const wholeFrom = (least: number): z.ZodNumber => {
  const error = `expected a whole number of at least ${least}`;
  return z.int(error).min(least, error);
};
const above0 = z.number('expected a number above 0').positive('expected a number above 0');
const atLeast0 = z.number('expected a number of at least 0').min(0, 'expected a number of at least 0');
const below1 = z.number('expected a number from 0 to below 1').min(0, 'expected a number from 0 to below 1')
  .lt(1, 'expected a number from 0 to below 1');

function fieldsOf<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const names = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: issue => (issue.code === 'unrecognized_keys' ? `expected only the fields ${names}` : `expected an object with the fields ${names}`),
  });
}

/** Its own parser says what is wrong in it. */
const given = (what: string): z.ZodType => z.custom(value => value !== undefined, `expected ${what}`);

const schema = fieldsOf({
  model: given('the configuration of a ViT'),
  plan: given('a binarization plan'),
  data: fieldsOf({ name: z.string('expected the name of a data set'), validation: wholeFrom(1).default(5000) }),
  augmentation: fieldsOf({ crop: wholeFrom(0), flip: z.boolean('expected true or false') }).nullable().default(null),
  optimizer: z.discriminatedUnion('name', [
    fieldsOf({ name: z.literal('adamw'), beta1: below1.default(0.9), beta2: below1.default(0.999), epsilon: above0.default(1e-8) }),
    fieldsOf({ name: z.literal('sgd'), momentum: below1.default(0.9) }),
  ], 'expected "adamw" or "sgd"').prefault({ name: 'adamw' }),
  learningRate: above0.default(3e-3),
  weightDecay: atLeast0.default(0.05),
  latentWeightDecay: atLeast0.default(0),
  warmup: below1.default(0.1),
  batchSize: wholeFrom(1).default(128),
  steps: wholeFrom(1).default(400),
  clipNorm: above0.nullable().default(1),
  latentClip: above0.nullable().default(1),
  labelSmoothing: below1.default(0),
  averageDecay: below1.optional(),
  initial: fieldsOf({
    path: z.string('expected the path of a model file'),
    sha256: z.string('expected a SHA-256').regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 of 64 hex digits'),
  }).optional(),
  seed: wholeFrom(0).max(0xffffffff, 'expected a whole number below 2^32').default(1),
  logEvery: wholeFrom(1).default(20),
  statisticsEvery: wholeFrom(1).default(100),
  signsEvery: wholeFrom(1).nullable().default(null),
  evaluateEvery: wholeFrom(1).nullable().default(null),
  checkpointEvery: wholeFrom(1).default(200),
});

/**
 * Checks a training configuration and fills in the defaults.
 *
 * @param value anything, e.g. parsed JSON; `model`, `plan` and `data` are required
 * @throws TypeError one sentence with the field's path, what is allowed there and what was found
 */
export function parseTrainConfig(value: unknown): TrainConfig {
  const result = schema.safeParse(value);
  if (!result.success) throw new TypeError(sentence(result.error.issues[0]!, value));
  const { model, plan, averageDecay, initial, ...rest } = result.data;
  return {
    model: parseVitConfig(model), plan: parsePlan(plan), ...rest, ...(averageDecay !== undefined && { averageDecay }), ...(initial !== undefined && { initial }),
  };
}

function sentence(issue: z.core.$ZodIssue, value: unknown): string {
  const path = ['train config', ...issue.path].join('.');
  const found = issue.code === 'unrecognized_keys' ? issue.keys.map(key => JSON.stringify(key)).join(', ') : describe(at(value, issue.path));
  return `${path}: ${issue.message}, found ${found}`;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)[key], value);
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
