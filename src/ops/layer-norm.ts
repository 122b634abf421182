import * as tf from '@tensorflow/tfjs';
import { fusedKernels } from '../backend/index.js';
import { differentiable, hasFused, runFused } from './fused.js';

/**
 * Layer normalization over the last axis: y = (x − mean) / sqrt(variance + epsilon) · gamma + beta, with the biased variance
 * (Ba et al. 2016, arXiv 1607.06450).
 *
 * @param x `[..., dim]`
 * @param gamma `[dim]`
 * @param beta `[dim]`
 * @returns the shape of `x`
 * @throws RangeError when the shapes do not fit
 */
export function layerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor {
  const dim = x.shape.at(-1);
  if (gamma.rank !== 1 || gamma.size !== dim || beta.size !== dim) {
    throw new RangeError(
      `layerNorm: expected x [..., dim], gamma [dim] and beta [dim], found x [${x.shape.join(', ')}], `
      + `gamma [${gamma.shape.join(', ')}] and beta [${beta.shape.join(', ')}]`);
  }
  if (!hasFused(fusedKernels.layerNorm)) return referenceLayerNorm(x, gamma, beta, epsilon);
  return differentiable(
    [x, gamma, beta],
    () => {
      const [value, moments] = runFused(fusedKernels.layerNorm, { x, gamma, beta }, { epsilon });
      return { value: value!, saved: [x, gamma, moments!] };
    },
    (dy, [savedX, savedGamma, moments]) =>
      runFused(fusedKernels.layerNormGrad, { x: savedX!, gamma: savedGamma!, moments: moments!, dy }));
}

/** {@link layerNorm} as a composition of tfjs operations. */
export function referenceLayerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor {
  return tf.tidy(() => {
    const centred = x.sub(x.mean(-1, true));
    const variance = centred.square().mean(-1, true);
    return centred.div(variance.add(epsilon).sqrt()).mul(gamma).add(beta);
  });
}
