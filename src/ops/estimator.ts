import * as tf from '@tensorflow/tfjs';
import { estimatorCodes } from '../kernels/index.js';

/**
 * Gradient estimator of the sign: the backward pass takes dL/dx = g · f(x) for the gradient g that arrives.
 *
 * - `identity`: f = 1 (Bengio et al. 2013, arXiv 1308.3432)
 * - `clipped`: f = 1{|x| ≤ 1} (BinaryConnect, arXiv 1511.00363; BNN, arXiv 1602.02830)
 * - `approx-sign`: f = (2 − 2|x|)·1{|x| ≤ 1} (Bi-Real Net, arXiv 1808.00278)
 * - `swish-sign`: f = beta·(2 − beta·x·tanh(beta·x/2)) / (1 + cosh(beta·x)) (BNN+, arXiv 1812.11800)
 * - `ede`: f = k·t·(1 − tanh²(t·x)) (IR-Net, arXiv 1909.10788)
 */
export type SignEstimator =
  | { readonly name: 'identity' }
  | { readonly name: 'clipped' }
  | { readonly name: 'approx-sign' }
  | { readonly name: 'swish-sign'; readonly beta: number }
  | { readonly name: 'ede'; readonly t: number; readonly k: number };

/**
 * f(x) of a {@link SignEstimator}.
 *
 * @param x any shape
 * @returns the shape of `x`
 */
export function estimatorDerivative(x: tf.Tensor, estimator: SignEstimator): tf.Tensor {
  return tf.tidy(() => {
    const inside = (): tf.Tensor => tf.lessEqual(tf.abs(x), 1).cast('float32');
    switch (estimator.name) {
      case 'identity': return tf.onesLike(x);
      case 'clipped': return inside();
      case 'approx-sign': return inside().mul(tf.sub(2, tf.abs(x).mul(2)));
      case 'swish-sign': {
        // 1 + cosh(z) overflows for |z| > 88, where f is 0 in float32 anyway.
        const z = tf.clipByValue(x.mul(estimator.beta), -80, 80);
        return tf.sub(2, z.mul(tf.tanh(z.div(2)))).mul(estimator.beta).div(tf.cosh(z).add(1));
      }
      case 'ede': return tf.sub(1, tf.square(tf.tanh(x.mul(estimator.t)))).mul(estimator.k * estimator.t);
    }
  });
}

/** An estimator as the engine takes it: a code and two parameters. */
export function estimatorCode(estimator: SignEstimator): { code: number; parameter0: number; parameter1: number } {
  const code = estimatorCodes[estimator.name];
  if (estimator.name === 'swish-sign') return { code, parameter0: estimator.beta, parameter1: 0 };
  if (estimator.name === 'ede') return { code, parameter0: estimator.t, parameter1: estimator.k };
  return { code, parameter0: 0, parameter1: 0 };
}
