import * as tf from '@tensorflow/tfjs';
import { estimatorDerivative, type SignEstimator } from '../ops/index.js';
import type { EstimatorSpec } from './spec.js';

/** t and k of the error decay estimator. */
export interface ErrorDecay {
  readonly t: number;
  readonly k: number;
}

/**
 * The schedule of IR-Net's error decay estimator: t = tMin·(tMax/tMin)^progress, k = max(1/t, 1).
 * With tMin 0.1 and tMax 10 this is the t = Tmin·10^(i/N·log10(Tmax/Tmin)) of the paper at epoch i = progress·N.
 *
 * @param progress share of the training that is done, 0 to 1
 * @throws RangeError when progress is outside [0, 1]
 * @see Qin et al. 2020, arXiv 1909.10788
 */
export function errorDecay(tMin: number, tMax: number, progress: number): ErrorDecay {
  if (!(progress >= 0 && progress <= 1)) throw new RangeError(`progress: expected a number from 0 to 1, found ${progress}`);
  const t = tMin * (tMax / tMin) ** progress;
  return { t, k: Math.max(1 / t, 1) };
}

/**
 * The estimator as the ops take it, with its schedule evaluated; null for `recu`, whose bound depends on the weights.
 *
 * @param progress share of the training that is done, 0 to 1
 */
export function signEstimator(spec: EstimatorSpec, progress: number): SignEstimator | null {
  switch (spec.name) {
    case 'ede':
      return { name: 'ede', ...errorDecay(spec.tMin, spec.tMax, progress) };
    case 'recu':
      return null;
    default:
      return spec;
  }
}

/**
 * Factor f(x) by which an estimator multiplies the gradient of sign(x); the formulas stand at {@link EstimatorSpec}.
 *
 * @param x what the sign is taken of, any shape
 * @param progress share of the training that is done, 0 to 1
 * @returns f(x), shape of x
 */
export function estimatorFactor(x: tf.Tensor, spec: EstimatorSpec, progress: number): tf.Tensor {
  return tf.tidy(() => {
    if (spec.name !== 'recu') return estimatorDerivative(x, signEstimator(spec, progress)!);
    const size = tf.abs(x);
    return tf.cast(tf.lessEqual(size, tf.mul(tf.mean(size), -Math.log(2 - 2 * spec.tau))), 'float32');
  });
}
