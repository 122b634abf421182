import * as tf from '@tensorflow/tfjs';
import type { FusedKernel } from '../backend/index.js';

/** Whether the active backend has the fused kernel; where it has not, the reference composition computes. */
export function hasFused(kernel: FusedKernel): boolean {
  return (tf.getKernel(kernel, tf.getBackend()) as unknown) !== undefined;
}

/** Runs a fused kernel of the active backend. `undefined` inputs are left out. */
export function runFused(
  kernel: FusedKernel, inputs: Record<string, tf.Tensor | undefined>, attributes: Record<string, number> = {},
): tf.Tensor[] {
  const present: Record<string, tf.Tensor> = {};
  for (const name in inputs) {
    const input = inputs[name];
    if (input !== undefined) present[name] = input;
  }
  const result = tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(kernel, present, attributes);
  return Array.isArray(result) ? result : [result];
}

/** What `tf.customGrad` hands to a gradient function: the tensors that the forward pass saved. */
export type Saved = tf.Tensor[];
