import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { evaluationBatches, type ImageView } from '../data/index.js';
import type { Normalization } from '../pictures/index.js';
import type { CallContext } from '../layers/index.js';
import { forward } from '../models/index.js';

/** The 97.5 % quantile of the standard normal distribution. */
const z975 = 1.959963984540054;
const batchSize = 128;

/** Accuracy of a changed model beside that of the whole one, from the same images. */
export interface AccuracyChange {
  /** Share of images in [0, 1] that the changed model classifies right. */
  readonly accuracy: number;
  /** That minus the accuracy of the whole model. */
  readonly change: number;
  /**
   * 95 % interval of `change`, normal, from the images' own differences (-1, 0 or 1): paired, so much narrower than that of two
   * accuracies. It is about other images, not about other seeds.
   */
  readonly interval: readonly [low: number, high: number];
}

/**
 * Which images a model classifies right, in the order of the view.
 *
 * @param branch as in {@link CallContext}
 */
export async function outcomes(
  model: tf.LayersModel, view: ImageView, normalization: Normalization, branch?: CallContext['branch'],
): Promise<boolean[]> {
  const right: boolean[] = [];
  for (const { images, labels } of evaluationBatches(view, batchSize, normalization)) {
    const classes = labels.dataSync();
    tf.tidy(() => {
      forward(model, images, { training: false, ...(branch && { branch }) }).argMax(-1).dataSync()
        .forEach((found, image) => { right.push(found === classes[image]); });
    });
    tf.dispose([images, labels]);
    // Lets signals in.
    await nextTurn();
  }
  return right;
}

export function shareOf(right: readonly boolean[]): number {
  return right.filter(Boolean).length / right.length;
}

/** @param whole outcomes of the model as it is; `changed`: of the same images, in the same order */
export function accuracyChange(whole: readonly boolean[], changed: readonly boolean[]): AccuracyChange {
  const n = whole.length;
  const differences = whole.map((value, image) => Number(changed[image]) - Number(value));
  const mean = differences.reduce((sum, value) => sum + value, 0) / n;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = z975 * Math.sqrt(variance / n);
  return { accuracy: shareOf(changed), change: mean, interval: [mean - half, mean + half] };
}

/** Two models on the same images: the accuracy of the first, and the change to the second. */
export interface PairedAccuracy extends AccuracyChange {
  /** Accuracy of the first model. */
  readonly first: number;
  readonly images: number;
}

/** The accuracies of two models and their difference with its paired interval. */
export async function pairedAccuracy(
  first: tf.LayersModel, second: tf.LayersModel, view: ImageView, normalization: Normalization,
): Promise<PairedAccuracy> {
  const whole = await outcomes(first, view, normalization);
  return { first: shareOf(whole), images: whole.length, ...accuracyChange(whole, await outcomes(second, view, normalization)) };
}
