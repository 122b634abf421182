import * as tf from '@tensorflow/tfjs';
import { fusedKernels, NonFiniteOperand } from '../backend/index.js';
import { estimatorCode, estimatorDerivative, type SignEstimator } from './estimator.js';
import { hasFused, runFused, type Saved } from './fused.js';
import { assertFinite } from './non-finite.js';

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
  return tf.customGrad((input, save) => {
    const operand = input as tf.Tensor;
    (save as tf.GradSaveFunc)([operand]);
    return {
      value: finiteOr({ input: operand }, label, () => runFused(fusedKernels.sign, { x: operand })[0]!),
      gradFunc: (dy: tf.Tensor, saved: Saved) =>
        runFused(fusedKernels.estimatorGrad, { x: saved[0], dy }, { estimator: code, parameter0, parameter1 })[0]!,
    };
  })(x);
}

/** {@link binarySign} as a composition of tfjs operations. */
export function referenceBinarySign(x: tf.Tensor, estimator: SignEstimator, label: string): tf.Tensor {
  assertFinite(x, label);
  return tf.customGrad((input, save) => {
    const operand = input as tf.Tensor;
    (save as tf.GradSaveFunc)([operand]);
    return {
      value: tf.greaterEqual(operand, 0).cast('float32').mul(2).sub(1),
      gradFunc: (dy: tf.Tensor, saved: Saved) => dy.mul(estimatorDerivative(saved[0]!, estimator)),
    };
  })(x);
}

/**
 * Runs a fused kernel; where it met a NaN or an infinity, says where and how many.
 *
 * @throws NonFiniteError
 */
export function finiteOr<T>(operands: { input?: tf.Tensor; weight?: tf.Tensor }, label: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const operand = error instanceof NonFiniteOperand ? operands[error.operand] : undefined;
    if (operand !== undefined) assertFinite(operand, label);
    throw error;
  }
}
