import { z } from 'zod';

/** Shape of a Vision Transformer, in timm's terms (`VisionTransformer`'s arguments, camelCase). */
export interface VitConfig {
  /** Side of the square image in pixels; a multiple of `patchSize`. */
  readonly imgSize: number;
  /** Side of a patch in pixels. */
  readonly patchSize: number;
  /** Channels of the image. */
  readonly inChans: number;
  readonly numClasses: number;
  /** Width of a token; a multiple of `numHeads`. */
  readonly embedDim: number;
  /** Encoder blocks. */
  readonly depth: number;
  readonly numHeads: number;
  /** Hidden width of the MLP over `embedDim`; their product is whole. */
  readonly mlpRatio: number;
  /** Whether q, k and v have a bias. */
  readonly qkvBias: boolean;
  /** Whether a learned token is put before the patches. */
  readonly classToken: boolean;
  /** What the head reads: the class token, or the mean over patch tokens. */
  readonly globalPool: 'token' | 'avg';
  /** Stochastic depth of the last block, in [0, 1); it grows linearly from 0 in the first. */
  readonly dropPath: number;
  readonly layerNormEps: number;
}

const positiveInteger = z.int({ error: found('a whole number >= 1') }).min(1, { error: found('a whole number >= 1') });
const flag = z.boolean({ error: found('true or false') });

const schema = z.strictObject({
  imgSize: positiveInteger,
  patchSize: positiveInteger,
  inChans: positiveInteger,
  numClasses: positiveInteger,
  embedDim: positiveInteger,
  depth: positiveInteger,
  numHeads: positiveInteger,
  mlpRatio: z.number({ error: found('a positive number') }).positive({ error: found('a positive number') }),
  qkvBias: flag,
  classToken: flag,
  globalPool: z.enum(['token', 'avg'], { error: found('"token" or "avg"') }),
  dropPath: z
    .number({ error: found('a number in [0, 1)') })
    .min(0, { error: found('a number in [0, 1)') })
    .lt(1, { error: found('a number in [0, 1)') }),
  layerNormEps: z.number({ error: found('a positive number') }).positive({ error: found('a positive number') }),
});

/**
 * Checks a value that comes from outside (file, option, notebook).
 *
 * @throws TypeError in one sentence that names the field, what is allowed and what was found
 */
export function parseVitConfig(value: unknown): VitConfig {
  const result = schema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    if (issue.code === 'unrecognized_keys') {
      throw new TypeError(
        `model: unknown field "${issue.keys.join('", "')}"; a model has ${Object.keys(schema.shape).join(', ')}`);
    }
    throw new TypeError(`${['model', ...issue.path].join('.')}: ${issue.message}`);
  }
  const config = result.data;
  if (config.imgSize % config.patchSize !== 0) {
    throw new TypeError(`model.imgSize: expected a multiple of patchSize ${config.patchSize}, found ${config.imgSize}`);
  }
  if (config.embedDim % config.numHeads !== 0) {
    throw new TypeError(`model.embedDim: expected a multiple of numHeads ${config.numHeads}, found ${config.embedDim}`);
  }
  if (!Number.isInteger(mlpHiddenDim(config))) {
    throw new TypeError(
      `model.mlpRatio: expected a whole hidden width, found ${config.mlpRatio} x ${config.embedDim} = ${mlpHiddenDim(config)}`);
  }
  if (config.globalPool === 'token' && !config.classToken) {
    throw new TypeError('model.globalPool: "token" reads the class token, but classToken is false; use "avg"');
  }
  return config;
}

/** Patches of an image, `(imgSize / patchSize)^2`. */
export function patchCount(config: VitConfig): number {
  return (config.imgSize / config.patchSize) ** 2;
}

/** Tokens of a sequence: the patches, and the class token if there is one. */
export function tokenCount(config: VitConfig): number {
  return patchCount(config) + (config.classToken ? 1 : 0);
}

/** Hidden width of the MLP. */
export function mlpHiddenDim(config: VitConfig): number {
  return config.embedDim * config.mlpRatio;
}

function found(allowed: string): (issue: { readonly input?: unknown }) => string {
  return issue => `expected ${allowed}, found ${issue.input === undefined ? 'nothing' : JSON.stringify(issue.input)}`;
}
