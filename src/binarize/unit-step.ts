import * as tf from '@tensorflow/tfjs';
import { binarySign, estimatorDerivative, type SignEstimator } from '../ops/index.js';
import { withGradient } from './gradient.js';

/**
 * The step from 0 to 1: B = 1{x > T}, without gradient. For T = α/2 this is clamp(round(x/α), 0, 1), rounding half to
 * even; for T a share of the row's maximum it is BiViT's softmax-aware binarization.
 *
 * @param x any shape
 * @param edge T, positive where it decides anything, broadcasts to x
 * @throws NonFiniteError with this label when x or T holds NaN or an infinity
 */
export function stepPattern(x: tf.Tensor, edge: tf.Tensor, label: string): tf.Tensor {
  return tf.tidy(() => tf.mul(tf.sub(1, binarySign(tf.sub(edge, x), { name: 'identity' }, label)), 0.5));
}

/**
 * Factor of the step's gradient: an estimator f of sign, moved and stretched so that [0, 2T] takes the place of [−1, 1],
 * f(x/T − 1). With `clipped` it is 1{0 ≤ x/α ≤ 1} for T = α/2 (BiT, DoReFa); with `identity` it is 1 (BiViT, eq. 13).
 *
 * @returns shape of x
 */
export function stepFactor(x: tf.Tensor, edge: tf.Tensor, estimator: SignEstimator): tf.Tensor {
  return tf.tidy(() => estimatorDerivative(tf.sub(tf.div(x, edge), 1), estimator));
}

/**
 * B = 1{x > T} with dx = g·f(x/T − 1) and no gradient for T.
 *
 * @param x any shape
 * @param edge T, broadcasts to x
 * @returns shape of x, levels 0 and 1
 * @throws NonFiniteError with this label when x or T holds NaN or an infinity
 */
export function unitStep(x: tf.Tensor, edge: tf.Tensor, estimator: SignEstimator, label: string): tf.Tensor {
  return withGradient([x], () => stepPattern(x, edge, label), [x, edge], (g, [savedX, savedEdge]) =>
    [tf.mul(g, stepFactor(savedX!, savedEdge!, estimator))]);
}
