import * as tf from '@tensorflow/tfjs';
import { fusedKernels } from '../backend/index.js';
import { differentiable, hasFused, runFused } from './fused.js';

/**
 * Gaussian error linear unit, exact: x · Φ(x) = x · (1 + erf(x/√2)) / 2 (Hendrycks & Gimpel 2016, arXiv 1606.08415).
 *
 * @param x any shape
 * @returns the shape of `x`
 */
export function gelu(x: tf.Tensor): tf.Tensor {
  if (!hasFused(fusedKernels.gelu)) return referenceGelu(x);
  return differentiable(
    [x],
    () => ({ value: runFused(fusedKernels.gelu, { x })[0]!, saved: [x] }),
    (dy, [savedX]) => runFused(fusedKernels.geluGrad, { x: savedX!, dy }));
}

/** {@link gelu} as a composition of tfjs operations. */
export function referenceGelu(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => x.mul(tf.erf(x.mul(Math.SQRT1_2)).add(1)).mul(0.5));
}
