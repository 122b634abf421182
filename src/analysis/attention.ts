import * as tf from '@tensorflow/tfjs';
import { evaluationBatches, type ImageView } from '../data/index.js';
import type { Normalization } from '../pictures/index.js';
import { TableRows, type Column } from '../io/index.js';
import { forward, patchCount, prefixTokenCount, type VitConfig } from '../models/index.js';

/** Where one head looks, averaged over images and query tokens. */
export interface AttentionRow {
  /** Encoder block and head, from 0. */
  readonly block: number;
  readonly head: number;
  /** Entropy of the attention probabilities in bits: 0 looks at one token, log2(tokens) at all alike. */
  readonly entropy: number;
  /** Expected distance between the centres of the query's patch and of the patch it looks at, in pixels (Dosovitskiy et al. 2021, arXiv 2010.11929, figure 7). */
  readonly distance: number;
  /** Share of the attention of patches that goes to the class token; null without one. */
  readonly classToken: number | null;
}

const batchSize = 64;

/**
 * Entropy and distance of every head's attention. Class and distillation tokens have no place, so distances are
 * between patches alone: the probabilities of the patches, scaled to sum to 1.
 *
 * @param config that of the model
 * @param view images to average over; a few hundred are enough
 * @returns a row for each block and head, in that order
 */
export function attentionTable(model: tf.LayersModel, config: VitConfig, view: ImageView, normalization: Normalization): TableRows<AttentionRow> {
  const distances = patchDistances(config);
  const sums = Array.from({ length: config.depth }, () => Array.from({ length: config.numHeads }, () => ({ entropy: 0, distance: 0, classToken: 0 })));
  for (const { images, labels } of evaluationBatches(view, batchSize, normalization)) {
    tf.tidy(() => {
      const attention = (name: string, probabilities: tf.Tensor4D): void => {
        const means = tf.tidy(() => headMeans(probabilities, distances, prefixTokenCount(config)).map(values => values.dataSync().slice()));
        sums[Number(/\d+/.exec(name)![0])]!.forEach((sum, head) => {
          sum.entropy += means[0]![head]! * images.shape[0];
          sum.distance += means[1]![head]! * images.shape[0];
          sum.classToken += means[2]![head]! * images.shape[0];
        });
      };
      forward(model, images, { training: false, attention });
    });
    tf.dispose([images, labels]);
  }
  distances.dispose();
  return new TableRows(columns, sums.flatMap((heads, block) => heads.map(({ entropy, distance, classToken }, head) => ({
    block, head, entropy: entropy / view.count, distance: distance / view.count,
    classToken: config.classToken ? classToken / view.count : null,
  }))));
}

const columns: readonly Column<AttentionRow>[] = [
  ['block', 'number', row => row.block], ['head', 'number', row => row.head], ['entropy', 'number', row => row.entropy],
  ['distance', 'number', row => row.distance], ['classToken', 'number', row => row.classToken],
];

/** Means over images and queries of entropy, distance and share of the first token, which is the class token if there is one; each `[heads]`. */
function headMeans(probabilities: tf.Tensor4D, distances: tf.Tensor2D, prefix: number): [tf.Tensor, tf.Tensor, tf.Tensor] {
  // p log2 p is 0 at p = 0.
  const entropy = probabilities.mul(probabilities.maximum(1e-30).log()).sum(-1).div(-Math.LN2).mean([0, 2]);
  const patches = probabilities.shape[3] - prefix;
  const ofPatches = probabilities.slice([0, 0, prefix, prefix], [-1, -1, patches, patches]);
  const total = ofPatches.sum(-1);
  const distance = ofPatches.mul(distances).sum(-1).div(total.maximum(1e-30)).mean([0, 2]);
  const ofFirst = probabilities.slice([0, 0, prefix, 0], [-1, -1, patches, 1]);
  return [entropy, distance, ofFirst.mean([0, 2, 3])];
}

/** Distances between the centres of all patches in pixels, `[patches, patches]`. */
function patchDistances(config: VitConfig): tf.Tensor2D {
  const count = patchCount(config);
  const side = config.imgSize / config.patchSize;
  return tf.tensor2d(Array.from({ length: count }, (_row, from) => Array.from({ length: count }, (_column, to) =>
    config.patchSize * Math.hypot((from % side) - (to % side), Math.floor(from / side) - Math.floor(to / side)))), [count, count]);
}
