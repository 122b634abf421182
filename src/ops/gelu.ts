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

/** How {@link referenceGelu} goes far below 0. */
export const geluTail = {
  /** Below this 1 + erf is of the size of its own error (1.5e-7 in tfjs), and its sign, which a binary layer reads, is lost. */
  start: -4,
  /** The engine's exponential is 0 below -46: what is as small is 0 everywhere, so that all backends give a binary layer the same sign. */
  negligible: 46,
  /** x Φ(x) = −φ(x) (1 − 1/x² + 3/x⁴ − 15/x⁶ + 105/x⁸ − ...) (Abramowitz & Stegun 1964, 26.2.12); the last term first. */
  terms: [105, -15, 3, -1, 1],
} as const;

/** {@link gelu} as a composition of tfjs operations. */
export function referenceGelu(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const body = x.mul(tf.erf(x.mul(Math.SQRT1_2)).add(1)).mul(0.5);
    const inTail = tf.step(tf.sub(geluTail.start, x));
    return inTail.mul(tail(tf.minimum(x, geluTail.start))).add(tf.sub(1, inTail).mul(body));
  });
}

function tail(x: tf.Tensor): tf.Tensor {
  const square = x.square();
  const series = geluTail.terms.map(term => tf.scalar(term) as tf.Tensor).reduce((sum, term) => sum.div(square).add(term));
  const exponent = square.mul(-0.5);
  return exponent.exp().mul(tf.step(exponent.add(geluTail.negligible))).mul(series).mul(-1 / Math.sqrt(2 * Math.PI));
}
