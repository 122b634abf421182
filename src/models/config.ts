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
  /**
   * A distilled DeiT (arXiv 2012.12877): a learned token after the class token. `token`: the head reads the class token alone;
   * `heads`: a second head reads the distillation token, and the logits are the mean of both. Left out: no such token.
   */
  readonly distillation?: 'token' | 'heads';
}

/** What a field may hold, in words and as a test. */
type Check = readonly [allowed: string, holds: (value: unknown) => boolean];

const count: Check = ['a whole number >= 1', value => Number.isInteger(value) && (value as number) >= 1];
const positive: Check = ['a positive number', value => Number.isFinite(value) && (value as number) > 0];
const flag: Check = ['true or false', value => typeof value === 'boolean'];

const checks: Readonly<Record<Exclude<keyof VitConfig, 'distillation'>, Check>> = {
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

/** Fields that may be left out. */
const optionalChecks: Readonly<Record<'distillation', Check>> = {
  distillation: ['"token", "heads" or no such field', value => value === 'token' || value === 'heads'],
};

/**
 * Checks a value that comes from outside (file, option, notebook).
 *
 * @throws TypeError in one sentence that names the field, what is allowed and what was found
 */
export function parseVitConfig(value: unknown): VitConfig {
  if (typeof value !== 'object' || value === null) throw new TypeError(`model: expected an object, found ${show(value)}`);
  const unknown = Object.keys(value).find(key => !Object.hasOwn(checks, key) && !Object.hasOwn(optionalChecks, key));
  if (unknown !== undefined) {
    throw new TypeError(`model.${unknown}: expected one of the fields ${Object.keys({ ...checks, ...optionalChecks }).join(', ')}, found an unknown one`);
  }
  const config = value as VitConfig;
  const optional = Object.entries(optionalChecks).filter(([key]) => Object.hasOwn(value, key));
  for (const [key, [allowed, holds]] of [...Object.entries(checks), ...optional]) {
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
  if (config.distillation !== undefined && !config.classToken) {
    throw new TypeError('model.distillation: expected no such field where classToken is false, since its token comes after the class token, '
      + `found "${config.distillation}"`);
  }
  if (config.distillation === 'heads' && config.globalPool !== 'token') {
    throw new TypeError('model.globalPool: expected "token" where distillation is "heads", which read a token each, found "avg"');
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

/** Learned tokens before the patches: class and distillation token, where there are such. */
export function prefixTokenCount({ classToken, distillation }: VitConfig): number {
  return (classToken ? 1 : 0) + (distillation === undefined ? 0 : 1);
}

/** Tokens of a sequence: prefix tokens and patches. */
export function tokenCount(config: VitConfig): number {
  return prefixTokenCount(config) + patchCount(config);
}

/** Hidden width of the MLP, `embedDim · mlpRatio`, without the rounding error of a ratio such as 116 / 28. */
export function mlpHiddenDim({ embedDim, mlpRatio }: Pick<VitConfig, 'embedDim' | 'mlpRatio'>): number {
  const hidden = embedDim * mlpRatio;
  const whole = Math.round(hidden);
  return Math.abs(hidden - whole) < 1e-9 * whole ? whole : hidden;
}
