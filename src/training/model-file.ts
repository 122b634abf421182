import { statSync } from 'node:fs';
import type * as tf from '@tensorflow/tfjs';
import { canonicalJson } from '../binarize/index.js';
import { readSafetensors, writeSafetensors } from '../io/index.js';
import { vitParameters } from '../models/index.js';
import { parseTrainConfig, type TrainConfig } from './config.js';
import { configHash } from './config-hash.js';
import { runPaths } from './run-folder.js';
import { assignWeights, initialModel, parameterTensors, type Tensors } from './weights.js';

/** What the header of a model or checkpoint says of it: enough to build the model again. */
export function modelMetadata(config: TrainConfig): Record<string, string> {
  return { config: canonicalJson(config), configHash: configHash(config), orientation: 'linear weights are [in, out]' };
}

/** Writes the final weights; the same weights and configuration give the same bytes. */
export function saveModel(path: string, weights: Tensors, config: TrainConfig): void {
  writeSafetensors(path, weights, { ...modelMetadata(config), format: 'binvit-model-1' });
}

/**
 * Builds the model of a run and gives it its weights.
 *
 * @param path folder of a finished run, or one file: `model.safetensors` or a checkpoint
 * @returns the model on the active backend; the caller disposes it
 * @throws Error when there is no such file, or it was not written by a run or does not fit its own configuration
 */
export function loadModel(path: string): tf.LayersModel {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new Error(`${path}: expected the folder of a run, or a model or checkpoint file, found nothing there`);
  const file = found.isDirectory() ? runPaths(path).model : path;
  const { tensors, metadata } = readSafetensors(file);
  if (metadata.config === undefined) throw new Error(`${file}: expected the configuration of a run in the file's header, found none`);
  const model = initialModel(parseTrainConfig(JSON.parse(metadata.config)));
  assignWeights(vitParameters(model), parameterTensors(tensors), file);
  return model;
}
