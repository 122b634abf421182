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

/** What a field may hold, in words and as a test. */
type Check = readonly [allowed: string, holds: (value: unknown) => boolean];

const count: Check = ['a whole number >= 1', value => Number.isInteger(value) && (value as number) >= 1];
const positive: Check = ['a positive number', value => Number.isFinite(value) && (value as number) > 0];
const flag: Check = ['true or false', value => typeof value === 'boolean'];

const checks: Readonly<Record<keyof VitConfig, Check>> = {
  imgSize: count,
  patchSize: count,
  inChans: count,
  numClasses: count,
  embedDim: count,
  depth: count,
  numHeads: count,
  mlpRatio: positive,
  qkvBias: flag,
  classToken: flag,
  globalPool: ['"token" or "avg"', value => value === 'token' || value === 'avg'],
  dropPath: ['a number in [0, 1)', value => typeof value === 'number' && value >= 0 && value < 1],
  layerNormEps: positive,
};

/**
 * Checks a value that comes from outside (file, option, notebook).
 *
 * @throws TypeError in one sentence that names the field, what is allowed and what was found
 */
export function parseVitConfig(value: unknown): VitConfig {
  if (typeof value !== 'object' || value === null) throw new TypeError(`model: expected an object, found ${show(value)}`);
  const unknown = Object.keys(value).find(key => !Object.hasOwn(checks, key));
  if (unknown !== undefined) {
    throw new TypeError(`model.${unknown}: expected one of the fields ${Object.keys(checks).join(', ')}, found an unknown one`);
  }
  const config = value as VitConfig;
  for (const [key, [allowed, holds]] of Object.entries(checks)) {
    const found = config[key as keyof VitConfig];
    if (!holds(found)) throw new TypeError(`model.${key}: expected ${allowed}, found ${show(found)}`);
  }
  checkTogether(config);
  return config;
}

/** What must hold between fields. */
function checkTogether(config: VitConfig): void {
  const { imgSize, patchSize, embedDim, numHeads, mlpRatio } = config;
  if (imgSize % patchSize !== 0) throw new TypeError(`model.imgSize: expected a multiple of patchSize ${patchSize}, found ${imgSize}`);
  if (embedDim % numHeads !== 0) throw new TypeError(`model.embedDim: expected a multiple of numHeads ${numHeads}, found ${embedDim}`);
  const hidden = mlpHiddenDim(config);
  if (!Number.isInteger(hidden)) {
    throw new TypeError(`model.mlpRatio: expected a whole hidden width, found ${mlpRatio} x ${embedDim} = ${hidden}`);
  }
  if (config.globalPool === 'token' && !config.classToken) {
    throw new TypeError('model.globalPool: expected "avg" where classToken is false, found "token", which reads the class token');
  }
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
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
