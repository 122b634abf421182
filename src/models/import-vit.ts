import * as tf from '@tensorflow/tfjs';
import type { Random } from '../backend/index.js';
import { presetPlan, type BinarizationPlan } from '../binarize/index.js';
import { readWeights } from '../io/index.js';
import type { VitParameter } from '../layers/index.js';
import { assembleVit } from './build.js';
import { prefixTokenCount, type VitConfig } from './config.js';
import { importedConfig, type ImportConfigOptions, type ImportedConfig } from './import-config.js';
import { importedClasses } from './import-classes.js';
import { importedNormalization } from './import-normalization.js';
import { timmTensors, type TimmTensor } from './import-names.js';
import { importedResize } from './import-preprocessing.js';
import type { ImportedTensor, ImportReport } from './import-report.js';
import { drawParameter, startScales } from './initialize.js';
import { fromTimm, isTimmParameter } from './orientation.js';
import { resamplePositions } from './resample-positions.js';
import { timmShapes } from './timm-shapes.js';
import { vitParameters } from './vit.js';

export interface ImportOptions extends ImportConfigOptions {
  /** Draws the head where the file's is replaced; nothing else is drawn. */
  readonly random: Random;
  /** Where and how the model is binary; the file's weights are its latent weights. Default: float. */
  readonly plan?: BinarizationPlan;
}

export interface ImportedVit {
  /** On the active backend; the caller disposes it. */
  readonly model: tf.LayersModel;
  readonly config: VitConfig;
  readonly report: ImportReport;
}

/**
 * Makes a model from the weights of a ViT or DeiT as timm or Hugging Face publish them. Every tensor of the file is used or
 * dropped with a reason, every parameter comes from the file or is named as created, or there is no model.
 *
 * @param path as `readWeights` takes it: a safetensors file, the index of a sharded model, or a folder with either
 * @throws Error of one sentence that names the file: tensors that are missing, of another shape, or that the model cannot
 *   represent; a configuration that does not fit them; nothing that tells the heads or classes
 */
export function importVit(path: string, options: ImportOptions): ImportedVit {
  const { random, plan = presetPlan('none', 'xnor-net') } = options;
  const source = readWeights(path);
  if (source.metadata.format?.startsWith('binvit-')) {
    // Its names are timm's, its matrices are not: they would pass for each other where they are square.
    throw new Error(`${source.path}: expected weights of timm or Hugging Face, found a file of binvit: load it with loadModel`);
  }
  const named = timmTensors(source);
  const imported = importedConfig(named, source, options);
  const { config, origins } = imported;
  const normalization = importedNormalization(source, config.inChans);
  const resize = importedResize(source, config.imgSize);
  const classes = imported.fileNumClasses === config.numClasses ? importedClasses(source, config.numClasses) : null;
  const tensors = new Map(named.tensors);
  const dropped: ImportedTensor[] = [
    ...named.dropped.map(({ name, reason }) => ({ action: 'dropped', parameter: null, sources: [name], note: reason }) as const),
    ...dropHeads(tensors, imported),
  ];
  // Before the model takes memory: from here on it is known to be as large as the file.
  checkTensors(tensors, imported, source.path);
  if (config.imgSize !== imported.fileImgSize) tensors.set('pos_embed', resampled(tensors.get('pos_embed')!, imported));

  const model = assembleVit(config, plan);
  const used = setParameters(model, tensors, config, random);
  const prefixes = Object.fromEntries(named.prefixes);
  const tensorRows = [...used, ...dropped];
  return { model, config, report: { files: source.files, naming: named.naming, config, origins, normalization, resize, classes, prefixes, tensors: tensorRows } };
}

/** Takes the heads of other classes out. */
function dropHeads(tensors: Map<string, TimmTensor>, { config, fileNumClasses }: ImportedConfig): ImportedTensor[] {
  if (fileNumClasses === null || fileNumClasses === config.numClasses) return [];
  const heads = [...tensors].filter(([name]) => isHead(name));
  for (const [name] of heads) tensors.delete(name);
  return heads.map(([, { sources }]) =>
    ({ action: 'dropped', parameter: null, sources, note: `a head of ${fileNumClasses} classes, where ${config.numClasses} were asked for` }));
}

function isHead(name: string): boolean {
  return name.startsWith('head.') || name.startsWith('head_dist.');
}

function resampled({ sources, values, shape, note }: TimmTensor, { config, fileImgSize }: ImportedConfig): TimmTensor {
  const prefixTokens = prefixTokenCount(config);
  const [side, newSide] = [fileImgSize / config.patchSize, config.imgSize / config.patchSize];
  return {
    sources,
    shape: [1, prefixTokens + newSide ** 2, shape[2]!],
    values: resamplePositions(values, prefixTokens, side, newSide),
    note: [`resampled from ${side}x${side} to ${newSide}x${newSide} patches`, note].filter(Boolean).join(', '),
  };
}

/** Every tensor of the file's model is there in its shape, but for heads that are to be drawn, and no other is. */
function checkTensors(tensors: ReadonlyMap<string, TimmTensor>, { config, fileImgSize, fileNumClasses }: ImportedConfig, path: string): void {
  const shapes = timmShapes({ ...config, imgSize: fileImgSize });
  const isDrawn = (name: string): boolean => isHead(name) && fileNumClasses !== config.numClasses;
  const missing = [...shapes.keys()].filter(name => !tensors.has(name) && !isDrawn(name));
  const unused = [...tensors].filter(([name]) => !shapes.has(name)).flatMap(([, { sources }]) => sources);
  if (missing.length + unused.length > 0) {
    throw new Error(`${path}: expected every tensor of the model and no other, found ${[
      ...(missing.length > 0 ? [`none for ${missing.join(', ')}`] : []), ...(unused.length > 0 ? [`${unused.join(', ')} too many`] : []),
    ].join(', and ')}`);
  }
  for (const [name, { shape, sources }] of tensors) {
    const expected = shapes.get(name)!;
    if (expected.join() === shape.join()) continue;
    throw new Error(`${path}: tensor ${sources.join(', ')}: expected shape [${expected.join(', ')}], found [${shape.join(', ')}]`);
  }
}

/** Sets every parameter from the file; what the plan adds and a replaced head start as in a new model. */
function setParameters(model: tf.LayersModel, tensors: ReadonlyMap<string, TimmTensor>, config: VitConfig, random: Random): ImportedTensor[] {
  const rows = vitParameters(model).map((parameter): ImportedTensor => {
    const { name, variable } = parameter;
    const tensor = tensors.get(name);
    if (tensor !== undefined) {
      tf.tidy(() => { variable.assign(tf.tensor(fromTimm(tensor.values, parameter, config), variable.shape)); });
      return { action: 'used', parameter: name, sources: tensor.sources, note: tensor.note };
    }
    drawParameter(parameter, random);
    return { action: 'created', parameter: name, sources: [], note: createdNote(parameter) };
  });
  startScales(model);
  return rows;
}

function createdNote(parameter: VitParameter): string {
  if (!isTimmParameter(parameter)) return 'of the plan, as it starts for these weights';
  return parameter.role === 'bias' ? 'zeros' : 'drawn';
}
