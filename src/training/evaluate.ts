import { setImmediate as nextTurn } from 'node:timers/promises';
import type * as tf from '@tensorflow/tfjs';
import { evaluationBatches, type ImageView } from '../data/index.js';
import type { Normalization } from '../pictures/index.js';
import { forward } from '../models/index.js';

const evaluationBatchSize = 128;

/** Result of {@link evaluate}. */
export interface Evaluation {
  /** Mean cross entropy. */
  readonly loss: number;
  /** Share of images whose largest logit is the right class, in [0, 1]; the first of equal logits counts. */
  readonly accuracy: number;
}

/**
 * Evaluates a model on all images of a split. Nothing in the model changes. Sums are in double precision and in the order of
 * the images, so that the result depends on the logits alone.
 */
export async function evaluate(model: tf.LayersModel, view: ImageView, normalization: Normalization): Promise<Evaluation> {
  let loss = 0;
  let correct = 0;
  let count = 0;
  for (const { images, labels } of evaluationBatches(view, evaluationBatchSize, normalization)) {
    const logits = forward(model, images, { training: false });
    const classes = logits.shape[1];
    const values = logits.dataSync<'float32'>();
    labels.dataSync().forEach((label, image) => {
      const row = values.subarray(image * classes, (image + 1) * classes);
      loss += crossEntropy(row, label);
      if (row.indexOf(row.reduce((most, value) => Math.max(most, value), -Infinity)) === label) correct++;
      count++;
    });
    images.dispose();
    labels.dispose();
    logits.dispose();
    // Lets signals in.
    await nextTurn();
  }
  return { loss: loss / count, accuracy: correct / count };
}

/** -log softmax(logits)[label], shifted by the largest logit so that nothing overflows. */
function crossEntropy(logits: ArrayLike<number>, label: number): number {
  let most = -Infinity;
  for (let i = 0; i < logits.length; i++) most = Math.max(most, logits[i]!);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - most);
  return Math.log(sum) + most - logits[label]!;
}
