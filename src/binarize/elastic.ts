import * as tf from '@tensorflow/tfjs';
import { binarySign, estimatorDerivative, type SignEstimator } from '../ops/index.js';
import { sumToShape, withGradient } from './gradient.js';
import type { InputBinarizerSpec, InputScaleSpec } from './spec.js';
import { stepFactor, stepPattern } from './unit-step.js';

/** α is held above this, so that a step of the optimizer across zero does not turn the levels around (BiT's code has it). */
const smallestAlpha = 1e-5;

/** What an elastic binarizer needs of its spec. */
export interface ElasticOptions {
  readonly levels: InputBinarizerSpec['levels'];
  readonly scale: Extract<InputScaleSpec, { name: 'elastic' }>;
  readonly estimator: SignEstimator;
}

/**
 * Start of α: 2·mean|x| for levels −1, 1 and 4·mean|x| for levels 0, 1.
 *
 * @param x the first batch, any shape
 * @returns scalar
 * @see Liu et al. 2022, arXiv 2205.13016
 */
export function elasticInitial(x: tf.Tensor, levels: InputBinarizerSpec['levels']): tf.Scalar {
  return tf.mul(tf.mean(tf.abs(x)), levels === 'signed' ? 2 : 4);
}

/**
 * Elastic binarization with a trained α, f the estimator:
 * signed y = α·sign(x), dx = g·f(x/α), dα = Σ g·sign(x); unsigned y = α·1{x > α/2}, dx = g·f(2x/α − 1),
 * dα = Σ g·(1{x > α/2} − x/α·f(2x/α − 1)), which with `clipped` is LSQ's rule. With a threshold of its own (`edge` T)
 * y = α·1{x > T}, dx = g·f(x/T − 1), dα = Σ g·1{x > T}. dα is divided by sqrt(numel x) where the spec says so.
 *
 * While α is 0, not yet set from a batch, the batch at hand gives it, and α gets no gradient.
 *
 * @param x any shape
 * @param alpha scalar
 * @param edge threshold of its own that broadcasts to x, or null for the usual one
 * @returns shape of x
 * @throws NonFiniteError with this label when x, or α where it decides levels, is not finite
 * @see Liu et al. 2022, arXiv 2205.13016; Esser et al. 2020, arXiv 1902.08153
 */
export function elastic(x: tf.Tensor, alpha: tf.Tensor, edge: tf.Tensor | null, options: ElasticOptions, label: string): tf.Tensor {
  const { levels, scale, estimator } = options;
  const start = scale.initial === 'first-batch' ? elasticInitial(x, levels) : tf.scalar(scale.initial);
  const isUnset = tf.equal(alpha, 0);
  const unit = tf.maximum(tf.where(isUnset, start, alpha), smallestAlpha);
  const threshold = edge ?? tf.div(unit, 2);
  const pattern = levels === 'signed' ? binarySign(x, { name: 'identity' }, label) : stepPattern(x, threshold, label);
  const gradientScale = scale.gradientScale === 'numel' ? 1 / Math.sqrt(x.size) : 1;
  return withGradient([x, alpha], () => tf.mul(unit, pattern), [x, unit, threshold, pattern, isUnset], (g, saved) => {
    const [savedX, savedUnit, savedThreshold, savedPattern, wasUnset] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const inUnits = tf.div(savedX, savedUnit);
    const factor = levels === 'signed' ? estimatorDerivative(inUnits, estimator) : stepFactor(savedX, savedThreshold, estimator);
    const movesWithAlpha = levels === 'unsigned' && edge === null;
    const perElement = movesWithAlpha ? tf.sub(savedPattern, tf.mul(inUnits, factor)) : savedPattern;
    const alphaGradient = tf.mul(sumToShape(tf.mul(g, perElement), alpha.shape), gradientScale);
    return [tf.mul(g, factor), tf.where(wasUnset, tf.zerosLike(alphaGradient), alphaGradient)];
  });
}
