import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type * as tf from '@tensorflow/tfjs';
import { Random } from '../backend/index.js';
import { readSafetensors } from '../io/index.js';
import { buildVit, startScales, vitParameters, type VitParameter } from '../models/index.js';
import type { TrainConfig } from './config.js';
import { assignWeight, parameterTensors } from './weights.js';

/**
 * The model of a run before its first update. Without `initial` runs with the same seed start from the same random weights,
 * whatever their plan.
 *
 * @throws Error when the file of `initial` is not the one that the configuration means, or lacks a weight of the model
 */
export function initialModel({ model: shape, plan, seed, initial }: TrainConfig): tf.LayersModel {
  const model = buildVit(shape, plan, Random.seeded(seed).fork('weights'));
  if (initial === undefined) return model;
  const { path } = initial;
  const found = fileHash(path);
  if (found !== initial.sha256) throw new Error(`${path}: expected the initial weights with SHA-256 ${initial.sha256}, found ${found}: the file has changed`);
  const tensors = parameterTensors(readSafetensors(path).tensors);
  const parameters = vitParameters(model);
  for (const parameter of parameters) if (!belongsToPlan(parameter)) assignWeight(parameter, tensors, path);
  startScales(model);
  for (const parameter of parameters) {
    if (belongsToPlan(parameter) && tensors.get(parameter.name)?.shape.join() === parameter.variable.shape.join()) assignWeight(parameter, tensors, path);
  }
  return model;
}

/** SHA-256 of a file, as `initial.sha256` wants it. */
export function fileHash(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Scales and shifts are there where the plan wants them; the file may come from another plan. */
function belongsToPlan({ role }: VitParameter): boolean {
  return role === 'scale' || role === 'shift';
}
