import * as tf from '@tensorflow/tfjs';
import { forward, patchCount, prefixTokenCount, vitDefinition } from '../models/index.js';

/** Where a model looks in some images: maps over the patches, row-major `[side · side]`, that sum to 1. */
export interface AttentionMaps {
  /** Patches along a side. */
  readonly side: number;
  /** By image: rollout over all blocks. */
  readonly rollout: readonly (readonly number[])[];
  /** By image and block: mean over the heads. */
  readonly blocks: readonly (readonly (readonly number[])[])[];
}

/**
 * Attention over the patches, as the token that is classified sees it: the class token, or the mean of the patches without one. By
 * block, averaged over heads; and as rollout, the product over the blocks of (A + I) / 2, which adds the residual connection (Abnar and
 * Zuidema 2020, arXiv 2005.00928, section 3). Rows of binarized probabilities are scaled to sum to 1 first. Attention shows where
 * information may come from, not what decides.
 *
 * @param images `[batch, imgSize, imgSize, inChans]`, normalised
 * @throws TypeError when the model is not one from `buildVit`
 */
export function attentionMaps(model: tf.LayersModel, images: tf.Tensor4D): AttentionMaps {
  const { config } = vitDefinition(model);
  const prefix = prefixTokenCount(config);
  const blocks: number[][][] = [];
  let rollout: number[][] = [];
  tf.tidy(() => {
    const means: tf.Tensor3D[] = [];
    forward(model, images, { training: false, attention: (_, probabilities) => { means.push(tf.keep(headMean(probabilities))); } });
    const identity = tf.eye(means[0]!.shape[1]) as tf.Tensor;
    const joined = means.reduce<tf.Tensor3D>((before, mean) =>
      tf.matMul<tf.Tensor3D>(tf.div(tf.add(mean, identity), 2), before), tf.tile(identity.expandDims<tf.Tensor3D>(), [images.shape[0], 1, 1]));
    const patchesSeen = (attention: tf.Tensor3D): number[][] => {
      const query = config.globalPool === 'token'
        ? attention.slice([0, 0, 0], [-1, 1, -1]).squeeze<tf.Tensor2D>([1])
        : attention.slice([0, prefix, 0]).mean<tf.Tensor2D>(1);
      const patches = query.slice([0, prefix]);
      return patches.div<tf.Tensor2D>(patches.sum(1, true).maximum(1e-30)).arraySync();
    };
    rollout = patchesSeen(joined);
    blocks.push(...means.map(patchesSeen));
    tf.dispose(means);
  });
  return { side: Math.sqrt(patchCount(config)), rollout, blocks: rollout.map((_, image) => blocks.map(maps => maps[image]!)) };
}

/** Mean over the heads `[batch, tokens, tokens]`, rows scaled to sum to 1. */
function headMean(probabilities: tf.Tensor4D): tf.Tensor3D {
  return tf.tidy(() => {
    const mean = probabilities.mean<tf.Tensor3D>(1);
    return mean.div(mean.sum(-1, true).maximum(1e-30));
  });
}
