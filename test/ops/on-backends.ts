import * as tf from '@tensorflow/tfjs';
import { availableBackends, Random, type BackendName } from '../../src/backend/index.js';

/** Every backend that this machine has: on cpu and node the reference compositions run, on the others the fused kernels. */
export const backends: readonly BackendName[] = await availableBackends();

/** Seeded normal values. */
export function normal(random: Random, shape: number[], deviation = 1): tf.Tensor {
  return tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => deviation * random.normal()), shape);
}

/** The values of a tensor, which is disposed. */
export function take(tensor: tf.Tensor): number[] {
  const values = Array.from(tensor.dataSync());
  tensor.dispose();
  return values;
}
