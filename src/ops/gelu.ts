import * as tf from '@tensorflow/tfjs';
import { fusedKernels } from '../backend/index.js';
import { hasFused, runFused, type Saved } from './fused.js';

/**
 * Gaussian error linear unit, exact: x · Φ(x) = x · (1 + erf(x/√2)) / 2 (Hendrycks & Gimpel 2016, arXiv 1606.08415).
 *
 * @param x any shape
 * @returns the shape of `x`
 */
export function gelu(x: tf.Tensor): tf.Tensor {
  if (!hasFused(fusedKernels.gelu)) return referenceGelu(x);
  return tf.customGrad((input, save) => {
    const operand = input as tf.Tensor;
    (save as tf.GradSaveFunc)([operand]);
    return {
      value: runFused(fusedKernels.gelu, { x: operand })[0]!,
      gradFunc: (dy: tf.Tensor, saved: Saved) => runFused(fusedKernels.geluGrad, { x: saved[0], dy })[0]!,
    };
  })(x);
}

/** {@link gelu} as a composition of tfjs operations. */
export function referenceGelu(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => x.mul(tf.erf(x.mul(Math.SQRT1_2)).add(1)).mul(0.5));
}
