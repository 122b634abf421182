import * as tf from '@tensorflow/tfjs';
import { fusedKernels } from '../backend/index.js';
import { differentiable, hasFused, runFused } from './fused.js';

/**
 * y = x W + b.
 *
 * @param x `[..., in]`
 * @param weight `[in, out]`
 * @param bias `[out]` or null
 * @returns `[..., out]`
 * @throws RangeError when the shapes do not fit
 */
export function dense(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor | null): tf.Tensor {
  assertDenseShapes(x, weight, bias);
  if (!hasFused(fusedKernels.dense)) return referenceDense(x, weight, bias);
  return differentiable(
    bias === null ? [x, weight] : [x, weight, bias],
    () => ({
      value: runFused(fusedKernels.dense, bias === null ? { x, weight } : { x, weight, bias })[0]!,
      saved: [x, weight],
    }),
    (dy, [savedX, savedWeight]) =>
      runFused(fusedKernels.denseGrad, { x: savedX!, weight: savedWeight!, dy }, { bias: bias === null ? 0 : 1 }));
}

/** {@link dense} as a composition of tfjs operations. */
export function referenceDense(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor | null): tf.Tensor {
  return tf.tidy(() => {
    const [inputs, outputs] = weight.shape as [number, number];
    const product = tf.matMul(x.reshape([-1, inputs]), weight);
    return (bias === null ? product : product.add(bias)).reshape([...x.shape.slice(0, -1), outputs]);
  });
}

/** @throws RangeError when x `[..., in]`, weight `[in, out]` and bias `[out]` do not fit together */
export function assertDenseShapes(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor | null): void {
  if (weight.rank !== 2 || x.shape.at(-1) !== weight.shape[0] || (bias !== null && bias.size !== weight.shape[1])) {
    throw new RangeError(
      `dense: expected x [..., in], weight [in, out] and bias [out], found x [${x.shape.join(', ')}], `
      + `weight [${weight.shape.join(', ')}]${bias === null ? '' : ` and bias [${bias.shape.join(', ')}]`}`);
  }
}
