import * as tf from '@tensorflow/tfjs';
import { EngineBackend } from '../../src/backend/engine-backend.js';
import { availableBackends, Random, useBackend, type BackendName } from '../../src/backend/index.js';

/** The engine's backends that this machine has; tests that hold them against tfjs's cpu backend run for each. */
export const engines: readonly BackendName[] = (await availableBackends()).filter(name => name === 'native' || name === 'wasm');

/** The active backend, which must be one of the engine's. */
export function activeEngine(): EngineBackend {
  const backend = tf.backend();
  if (!(backend instanceof EngineBackend)) throw new Error(`${tf.getBackend()} is no backend of the engine`);
  return backend;
}

/** Normal values that do not depend on the backend. */
export function normalValues(random: Random, count: number, deviation = 1): Float32Array {
  return Float32Array.from({ length: count }, () => deviation * random.normal());
}

/** Runs `compute` on a backend and returns the values and shape of each result; no tensor may be left behind. */
export async function valuesOn(name: BackendName, compute: () => tf.Tensor | tf.Tensor[]): Promise<{ shape: number[]; values: number[] }[]> {
  await useBackend(name);
  const before = tf.memory().numTensors;
  const results = tf.tidy(() => [compute()].flat().map(tensor => ({ shape: tensor.shape, values: Array.from(tensor.dataSync()) })));
  const left = tf.memory().numTensors - before;
  if (left !== 0) throw new Error(`${name}: ${left} tensors are left behind`);
  return results;
}

/** Largest |a − e| / max(1, |e|); equal NaN and equal infinities count as no difference, unequal ones as an infinite one. */
export function largestDifference(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Infinity;
  return expected.reduce((worst, value, i) => {
    const difference = Object.is(actual[i], value) || actual[i] === value ? 0 : Math.abs(actual[i]! - value) / Math.max(1, Math.abs(value));
    return Math.max(worst, Number.isNaN(difference) ? Infinity : difference);
  }, 0);
}
