import * as tf from '@tensorflow/tfjs';
import { fusedKernels } from '../backend/index.js';
import { differentiable, hasFused, runFused } from './fused.js';

/**
 * Scaled dot-product attention of all heads: softmax(Q Kᵀ / sqrt(headDim)) V
 * (Vaswani et al. 2017, arXiv 1706.03762, eq. 1).
 *
 * @param qkv fused projection `[batch, tokens, 3 dim]`, the last axis ordered q, k, v and each of them by head, as in timm
 * @returns `[batch, tokens, dim]`, heads concatenated
 * @throws RangeError when the last axis is no multiple of 3 heads
 */
export function attention(qkv: tf.Tensor, numHeads: number): tf.Tensor3D {
  assertQkv(qkv, numHeads);
  if (!hasFused(fusedKernels.attention)) return referenceAttention(qkv, numHeads);
  return differentiable(
    [qkv],
    () => {
      const [output, probabilities] = runFused(fusedKernels.attention, { qkv }, { heads: numHeads });
      return { value: output!, saved: [qkv, probabilities!] };
    },
    (dy, [savedQkv, probabilities]) =>
      runFused(fusedKernels.attentionGrad, { qkv: savedQkv!, probabilities: probabilities!, dy }, { heads: numHeads })) as tf.Tensor3D;
}

/** {@link attention} as a composition of tfjs operations. */
export function referenceAttention(qkv: tf.Tensor, numHeads: number): tf.Tensor3D {
  return tf.tidy(() => {
    const { query, key, value } = splitHeads(qkv, numHeads);
    return mergeHeads(tf.matMul(scaledSoftmax(query, key), value));
  });
}

/**
 * Attention probabilities softmax(Q Kᵀ / sqrt(headDim)).
 *
 * @param qkv `[batch, tokens, 3 dim]` as in {@link attention}
 * @returns `[batch, heads, tokens, tokens]`; rows sum to 1
 */
export function attentionProbabilities(qkv: tf.Tensor, numHeads: number): tf.Tensor4D {
  assertQkv(qkv, numHeads);
  return tf.tidy(() => {
    const { query, key } = splitHeads(qkv, numHeads);
    return scaledSoftmax(query, key);
  });
}

/**
 * Query, key and value of every head.
 *
 * @param qkv `[batch, tokens, 3 dim]` as in {@link attention}
 * @returns each `[batch, heads, tokens, headDim]`
 */
export function splitHeads(qkv: tf.Tensor, numHeads: number): { query: tf.Tensor4D; key: tf.Tensor4D; value: tf.Tensor4D } {
  const [batch, tokens, width] = qkv.shape as [number, number, number];
  return tf.tidy(() => {
    const parts = tf.split(qkv, 3, -1);
    const [query, key, value] = parts.map(part =>
      part.reshape<tf.Tensor4D>([batch, tokens, numHeads, width / 3 / numHeads]).transpose<tf.Tensor4D>([0, 2, 1, 3]));
    return { query: query!, key: key!, value: value! };
  });
}

/**
 * @param heads `[batch, heads, tokens, headDim]`
 * @returns `[batch, tokens, heads · headDim]`
 */
export function mergeHeads(heads: tf.Tensor): tf.Tensor3D {
  const [batch, numHeads, tokens, headDim] = heads.shape as [number, number, number, number];
  return tf.tidy(() => heads.transpose([0, 2, 1, 3]).reshape([batch, tokens, numHeads * headDim]));
}

function scaledSoftmax(query: tf.Tensor4D, key: tf.Tensor4D): tf.Tensor4D {
  const scores = tf.matMul(query, key, false, true).mul(1 / Math.sqrt(query.shape[3]));
  return tf.softmax(scores) as tf.Tensor4D;
}

function assertQkv(qkv: tf.Tensor, numHeads: number): void {
  if (qkv.rank !== 3 || qkv.shape[2]! % (3 * numHeads) !== 0) {
    throw new RangeError(
      `attention: expected qkv [batch, tokens, 3 dim] with dim a multiple of ${numHeads} heads, found [${qkv.shape.join(', ')}]`);
  }
}
