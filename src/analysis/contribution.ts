import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { evaluationBatches, type ImageView, type Normalization } from '../data/index.js';
import type { CallContext } from '../layers/index.js';
import { forward } from '../models/index.js';

/** What a model's accuracy loses without one residual branch. */
export interface BranchContribution {
  /** 'blocks.0.attn' or 'blocks.0.mlp'. */
  readonly branch: string;
  /** Share of images in [0, 1] that are classified right when the branch adds nothing. */
  readonly accuracy: number;
  /** Accuracy of the whole model minus that: above 0 where the branch helps. */
  readonly contribution: number;
  /** 95 % interval of `contribution`, normal, from the images' own differences (-1, 0 or 1): paired, so much narrower than that of two accuracies. */
  readonly interval: readonly [number, number];
}

export interface Contributions {
  /** Accuracy of the whole model, in [0, 1]. */
  readonly accuracy: number;
  readonly images: number;
  /** In the order of computation. */
  readonly branches: readonly BranchContribution[];
}

/** The 97.5 % quantile of the standard normal distribution. */
const z975 = 1.959963984540054;
const batchSize = 128;

/**
 * Takes every branch (MHSA or MLP) of every block out, one at a time, so that its block passes on what it got, and counts what
 * is still classified right. Nothing in the model changes.
 *
 * @param onProgress share of the work that is done, in (0, 1]
 */
export async function branchContributions(
  model: tf.LayersModel, view: ImageView, normalization: Normalization, onProgress?: (share: number) => void,
): Promise<Contributions> {
  const whole: boolean[] = [];
  const without = new Map<string, boolean[]>();
  for (const { images, labels } of evaluationBatches(view, batchSize, normalization)) {
    const classes = labels.dataSync();
    const branches: string[] = [];
    whole.push(...right(model, images, classes, (branch, output) => {
      branches.push(branch);
      return output;
    }));
    for (const branch of branches) {
      const outcomes = right(model, images, classes, (name, output) => (name === branch ? tf.zerosLike(output) : output));
      without.set(branch, [...without.get(branch) ?? [], ...outcomes]);
    }
    tf.dispose([images, labels]);
    onProgress?.(whole.length / view.count);
    // Lets signals in.
    await nextTurn();
  }
  return {
    accuracy: shareOf(whole),
    images: whole.length,
    branches: [...without].map(([branch, outcomes]) => ({ branch, accuracy: shareOf(outcomes), ...pairedDifference(whole, outcomes) })),
  };
}

function right(model: tf.LayersModel, images: tf.Tensor4D, classes: ArrayLike<number>, branch: CallContext['branch']): boolean[] {
  return tf.tidy(() => {
    const found = forward(model, images, { training: false, ...(branch && { branch }) }).argMax(-1).dataSync();
    return Array.from(found, (value, image) => value === classes[image]);
  });
}

function shareOf(outcomes: readonly boolean[]): number {
  return outcomes.filter(Boolean).length / outcomes.length;
}

function pairedDifference(whole: readonly boolean[], without: readonly boolean[]): Pick<BranchContribution, 'contribution' | 'interval'> {
  const n = whole.length;
  const differences = whole.map((value, image) => Number(value) - Number(without[image]));
  const mean = differences.reduce((sum, value) => sum + value, 0) / n;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = z975 * Math.sqrt(variance / n);
  return { contribution: mean, interval: [mean - half, mean + half] };
}
