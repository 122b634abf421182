import * as tf from '@tensorflow/tfjs';
import type { Random } from '../backend/index.js';
import type { CallContext } from './vit-layer.js';

/**
 * Stochastic depth: in training the residual branch of each sample is dropped with probability `rate`, and what is kept
 * is divided by `1 - rate`, so that its expectation stays.
 *
 * @param branch `[batch, tokens, dim]`
 * @throws RangeError when training draws without a generator
 * @see Huang et al. 2016, arXiv 1603.09382
 */
export function dropPath(branch: tf.Tensor, rate: number, context: CallContext): tf.Tensor {
  if (!context.training || rate === 0) return branch;
  if (context.random === undefined) {
    throw new RangeError(`dropPath: expected a seeded generator in training at rate ${rate}, found none; pass random`);
  }
  return tf.mul(branch, keepMask(branch.shape[0], rate, context.random));
}

function keepMask(batch: number, rate: number, random: Random): tf.Tensor3D {
  const mask = Float32Array.from({ length: batch }, () => (random.uniform() < rate ? 0 : 1 / (1 - rate)));
  return tf.tensor3d(mask, [batch, 1, 1]);
}
