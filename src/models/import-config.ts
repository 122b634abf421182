import { basename } from 'node:path';
import type { WeightsSource } from '../io/index.js';
import { mlpHiddenDim, parseVitConfig, type VitConfig } from './config.js';
import { readForeignConfig } from './foreign-config.js';
import type { TimmTensors } from './import-names.js';
import { configFromShapes, type ShapeConfig } from './import-shapes.js';

/** What the caller knows of a model, or wants of it. */
export interface ImportConfigOptions {
  /** What the caller knows of the model in the file; it comes before `config.json`, and must agree with the tensors. */
  readonly config?: Partial<VitConfig>;
  /** Classes of the model to make; where the file's head has another number, a new one is drawn. */
  readonly numClasses?: number;
  /** Image size of the model to make; where the file has another, its position embeddings are resampled. */
  readonly imgSize?: number;
}

/** Fields that no shape tells. */
type UnshapedField = 'numHeads' | 'globalPool' | 'layerNormEps';

/** The configuration of an imported model. */
export interface ImportedConfig {
  /** Of the model to make. */
  readonly config: VitConfig;
  /** Image size of the model in the file. */
  readonly fileImgSize: number;
  /** Classes of its head; null where it has none. */
  readonly fileNumClasses: number | null;
  /** Where each field that is not in the shapes comes from, e.g. `numHeads`: 'config.json'. */
  readonly origins: Readonly<Record<UnshapedField, string>>;
}

/** Heads of the published widths: DeiT-Ti, -S, -B (arXiv 2012.12877, table 1), ViT-L and -H (arXiv 2010.11929, table 1). */
const headsOfWidth: ReadonlyMap<number, number> = new Map([[192, 3], [384, 6], [768, 12], [1024, 16], [1280, 16]]);

/**
 * The configuration of a file's model: from the shapes of its tensors, and, for what is not in them, from the caller, from
 * `config.json`, or from the library's defaults. What is said twice must agree.
 *
 * @throws Error that names the file and the field: two sources disagree (an image size other than the file's is only taken when
 *   it is asked for), or nothing tells the number of heads or classes
 */
export function importedConfig(
  { naming, tensors }: TimmTensors, { path, config: file }: Pick<WeightsSource, 'path' | 'config'>, options: ImportConfigOptions,
): ImportedConfig {
  const shapes = configFromShapes(tensors, path);
  const foreign = file === null ? {} : readForeignConfig(file);
  const { config: known = {}, numClasses = shapes.numClasses, imgSize = shapes.imgSize } = options;
  if (file !== null) checkAgreement(foreign, file.path, shapes, path, options);
  checkAgreement(known, 'config', shapes, path, options);
  if (numClasses === null) throw new Error(`${path}: expected head.weight and head.bias, found neither: pass numClasses to draw a new head`);

  const usualHeads = headsOfWidth.get(shapes.embedDim);
  const numHeads = known.numHeads ?? foreign.numHeads ?? usualHeads;
  if (numHeads === undefined) {
    throw new Error(`${path}: expected the number of heads in config.json, found none, and width ${shapes.embedDim} has no usual one: pass numHeads`);
  }
  // A model that pools by the mean has its norm after it, under another name.
  const namedPool = tensors.has('fc_norm.weight') || !shapes.classToken ? 'avg' : 'token';
  const config = checkedConfig({
    ...shapes, numClasses, imgSize, numHeads,
    globalPool: known.globalPool ?? foreign.globalPool ?? namedPool,
    layerNormEps: known.layerNormEps ?? foreign.layerNormEps ?? (naming === 'timm' ? 1e-6 : 1e-12),
    dropPath: known.dropPath ?? 0,
  }, path);
  const origin = (field: UnshapedField, otherwise: string): string =>
    (known[field] !== undefined ? 'given' : foreign[field] !== undefined ? basename(file!.path) : otherwise);
  return {
    config,
    fileImgSize: shapes.imgSize,
    fileNumClasses: shapes.numClasses,
    origins: {
      numHeads: origin('numHeads', `usual for width ${shapes.embedDim}`),
      globalPool: origin('globalPool', 'names of the tensors'),
      layerNormEps: origin('layerNormEps', `default of ${naming}`),
    },
  };
}

function checkedConfig(config: unknown, path: string): VitConfig {
  try {
    return parseVitConfig(config);
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** What the tensors decide must be what `source` says of it. */
function checkAgreement(fields: Partial<VitConfig>, source: string, shapes: ShapeConfig, path: string, options: ImportConfigOptions): void {
  const grid = (size: number): string => `${size / shapes.patchSize}x${size / shapes.patchSize} patches`;
  for (const [field, value] of Object.entries(fields)) {
    if (field === 'numHeads' || field === 'globalPool' || field === 'layerNormEps' || field === 'dropPath') continue;
    const found = shapes[field as keyof ShapeConfig];
    // What the caller asks for is made, whatever the file was said to be.
    const isAskedFor = (field === 'imgSize' || field === 'numClasses') && options[field] !== undefined;
    if (found === value || found === null || isAskedFor) continue;
    // timm cuts the hidden width to a whole number.
    if (field === 'mlpRatio' && Math.floor(shapes.embedDim * Number(value) + 1e-6) === mlpHiddenDim(shapes)) continue;
    const advice = field === 'imgSize'
      ? `: pass imgSize ${value} to resample the position embeddings from ${grid(shapes.imgSize)} to ${grid(Number(value))}`
      : field === 'numClasses' ? `: pass numClasses ${value} to draw a new head` : '';
    throw new Error(`${path}: expected ${field} ${value}, as ${source} says, found the tensors of a model with ${found ?? 'none'}${advice}`);
  }
}
