import * as tf from '@tensorflow/tfjs';
import { fusedKernels } from '../backend/index.js';
import { differentiable, hasFused, runFused } from './fused.js';

/**
 * Mean over tokens, what a head reads of a model without class token.
 *
 * @param x `[batch, tokens, dim]`
 * @returns `[batch, dim]`
 */
export function tokenMean(x: tf.Tensor): tf.Tensor2D {
  if (!hasFused(fusedKernels.tokenMeanGrad)) return referenceTokenMean(x);
  const tokens = x.shape[1]!;
  return differentiable(
    [x],
    () => ({ value: tf.mean(x, 1), saved: [] }),
    // The gradient of tf.mean makes a tensor of ones, multiplies and divides; this writes dx once.
    dy => runFused(fusedKernels.tokenMeanGrad, { dy }, { tokens })) as tf.Tensor2D;
}

/** {@link tokenMean} as a composition of tfjs operations. */
export function referenceTokenMean(x: tf.Tensor): tf.Tensor2D {
  return tf.mean(x, 1);
}
