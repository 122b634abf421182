import * as tf from '@tensorflow/tfjs';
import { fusedKernels } from '../backend/index.js';
import { estimatorCode, estimatorDerivative, type SignEstimator } from './estimator.js';
import { differentiable, hasFused, runFused } from './fused.js';
import { assertFinite, finiteOr } from './non-finite.js';

/**
 * sign(x) with sign(±0) = +1, and the estimator's gradient.
 *
 * @param x any shape, float32
 * @param label where this stands, for the error: `blocks.2.mlp.fc1 input`
 * @returns the shape of `x`, values ±1
 * @throws NonFiniteError when `x` holds a NaN or an infinity
 */
export function binarySign(x: tf.Tensor, estimator: SignEstimator, label: string): tf.Tensor {
  return hasFused(fusedKernels.sign) ? fusedSign(x, estimator, label) : referenceBinarySign(x, estimator, label);
}

function fusedSign(x: tf.Tensor, estimator: SignEstimator, label: string): tf.Tensor {
  const { code, parameter0, parameter1 } = estimatorCode(estimator);
  return differentiable(
    [x],
    () => ({ value: finiteOr({ input: { values: x, label } }, () => runFused(fusedKernels.sign, { x })[0]!), saved: [x] }),
    (dy, [savedX]) => runFused(fusedKernels.estimatorGrad, { x: savedX!, dy }, { estimator: code, parameter0, parameter1 }));
}

/** {@link binarySign} as a composition of tfjs operations. */
export function referenceBinarySign(x: tf.Tensor, estimator: SignEstimator, label: string): tf.Tensor {
  assertFinite(x, label);
  return differentiable(
    [x],
    () => ({ value: tf.greaterEqual(x, 0).cast('float32').mul(2).sub(1), saved: [x] }),
    (dy, [savedX]) => [dy.mul(estimatorDerivative(savedX!, estimator))]);
}
