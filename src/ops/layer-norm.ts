import * as tf from '@tensorflow/tfjs';
import { fusedKernels } from '../backend/index.js';
import { hasFused, runFused, type Saved } from './fused.js';

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
  return tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const [input, scale, shift] = args.slice(0, -1) as tf.Tensor[];
    const [value, mean, rstd] = runFused(fusedKernels.layerNorm, { x: input, gamma: scale, beta: shift }, { epsilon });
    save([input!, scale!, mean!, rstd!]);
    return {
      value: value!,
      gradFunc: (dy: tf.Tensor, saved: Saved) =>
        runFused(fusedKernels.layerNormGrad, { x: saved[0], gamma: saved[1], mean: saved[2], rstd: saved[3], dy }),
    };
  })(x, gamma, beta);
}

/** {@link layerNorm} as a composition of tfjs operations. */
export function referenceLayerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor {
  return tf.tidy(() => {
    const centred = x.sub(x.mean(-1, true));
    const variance = centred.square().mean(-1, true);
    return centred.div(variance.add(epsilon).sqrt()).mul(gamma).add(beta);
  });
}
