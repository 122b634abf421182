import { existsSync, statSync } from 'node:fs';
import type * as tf from '@tensorflow/tfjs';
import { canonicalJson, parsePlan } from '../binarize/index.js';
import { readSafetensors, readSafetensorsMetadata, weightsFileAt, writeSafetensors } from '../io/index.js';
import { parseModelUse, type ModelUse } from '../pictures/index.js';
import { assembleVit, parseVitConfig, vitDefinition, vitParameters } from '../models/index.js';
import { parseTrainConfig, type TrainConfig } from './config.js';
import { configHash } from './config-hash.js';
import { readRun, runPaths } from './run-folder.js';
import { assignWeights, parameterTensors, weightTensors, type Tensors } from './weights.js';

const format = 'binvit-model-1';
const orientation = 'linear weights are [in, out]';
const unknownUse: ModelUse = { preprocessing: null, classes: null };

/** What the header of a model or checkpoint of a run says of it: enough to build the model again. */
export function modelMetadata(config: TrainConfig): Record<string, string> {
  return { config: canonicalJson(config), configHash: configHash(config), orientation };
}

/** Writes the final weights of a run; the same weights and configuration give the same bytes. */
export function saveRunModel(path: string, weights: Tensors, config: TrainConfig): void {
  writeSafetensors(path, weights, { ...modelMetadata(config), format });
}

/**
 * Writes a model that no run has trained, such as an imported one: its header has shape and plan in place of a run's
 * configuration. {@link loadModel} reads it, {@link readModelUse} what is known of its use.
 *
 * @throws TypeError when the model is not one from `buildVit`
 */
export function saveModel(path: string, model: tf.LayersModel, use: ModelUse = unknownUse): void {
  const { config, plan } = vitDefinition(model);
  writeSafetensors(path, weightTensors(vitParameters(model)), {
    model: canonicalJson(config), plan: canonicalJson(plan), use: JSON.stringify(use), orientation, format,
  });
}

/**
 * How pictures become the input of a saved model, and what its classes are: of a run, from its data; of what {@link saveModel} wrote,
 * what it was given.
 *
 * @param path as {@link loadModel} takes it; of a checkpoint nothing is known
 * @throws Error when there is no such file, or its header is damaged
 */
export function readModelUse(path: string): ModelUse {
  if (statSync(path).isDirectory()) {
    const { config: { model: { imgSize } }, environment: { data: { normalization, classes = null } } } = readRun(path);
    const size = { height: imgSize, width: imgSize };
    return { preprocessing: { resize: imgSize, interpolation: 'bicubic', crop: size, normalization }, classes };
  }
  const { use } = readSafetensorsMetadata(path);
  if (use === undefined) return unknownUse;
  try {
    return parseModelUse(JSON.parse(use));
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Builds a saved model and gives it its weights.
 *
 * @param path folder of a finished run, or one file: `model.safetensors`, a checkpoint, or what {@link saveModel} wrote
 * @returns the model on the active backend; the caller disposes it
 * @throws Error when there is no such file, or it was not written by binvit or does not fit its own configuration
 */
export function loadModel(path: string): tf.LayersModel {
  const file = modelFile(path);
  const { tensors, metadata } = readSafetensors(file);
  const model = definedModel(metadata, file);
  assignWeights(vitParameters(model), parameterTensors(tensors), file);
  return model;
}

/**
 * The file of a saved model: of a run's folder the one in it.
 *
 * @throws Error when there is nothing
 */
export function modelFile(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new Error(`${path}: expected the folder of a run, or a model or checkpoint file, found nothing there`);
  return found.isDirectory() ? runPaths(path).model : path;
}

/**
 * Whether a path holds weights that binvit did not write, which `importVit` reads: a safetensors file, the index of a sharded
 * model, or a folder with either.
 *
 * @throws Error when it is a folder without weights, or no safetensors file
 */
export function isForeignModel(path: string): boolean {
  if (!existsSync(path)) return false;
  const file = weightsFileAt(path);
  return file.endsWith('.json') || readSafetensorsMetadata(file).format?.startsWith('binvit-') !== true;
}

function definedModel({ format: kind, config, model, plan }: Readonly<Record<string, string>>, file: string): tf.LayersModel {
  if (kind?.startsWith('binvit-packed-')) {
    throw new Error(`${file}: expected a run, or a model or checkpoint file, found a packed model, which has lost its latent weights: give the model that it was packed from`);
  }
  try {
    if (config !== undefined) {
      const run = parseTrainConfig(JSON.parse(config));
      return assembleVit(run.model, run.plan);
    }
    if (model !== undefined && plan !== undefined) return assembleVit(parseVitConfig(JSON.parse(model)), parsePlan(JSON.parse(plan)));
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
  throw new Error(`${file}: expected the configuration of a run, or shape and plan of a model, in the file's header, found neither: `
    + 'for weights of timm or Hugging Face use importVit (binvit import)');
}
