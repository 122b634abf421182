import * as tf from '@tensorflow/tfjs';
import { fusedKernels } from '../backend/index.js';
import { differentiable, hasFused, runFused } from './fused.js';

/**
 * Mean cross entropy of softmax(logits) against labels smoothed to (1 − s)·onehot + s/classes
 * (Szegedy et al. 2016, arXiv 1512.00567, section 7).
 *
 * @param logits `[batch, classes]`
 * @param labels `[batch]`, int32, each in 0 .. classes − 1
 * @param smoothing s in [0, 1)
 * @returns `[]`, in nats
 * @throws RangeError when shapes, type or values of the labels do not fit the logits
 */
export function softmaxCrossEntropy(logits: tf.Tensor, labels: tf.Tensor, smoothing: number): tf.Scalar {
  assertLabels(logits, labels);
  if (!hasFused(fusedKernels.crossEntropy)) return referenceSoftmaxCrossEntropy(logits, labels, smoothing);
  return differentiable(
    [logits],
    () => {
      const [loss, probabilities] = runFused(fusedKernels.crossEntropy, { logits, labels }, { smoothing });
      return { value: loss!, saved: [probabilities!, labels] };
    },
    (dy, [probabilities, savedLabels]) =>
      runFused(fusedKernels.crossEntropyGrad, { probabilities: probabilities!, labels: savedLabels!, dy }, { smoothing })) as tf.Scalar;
}

/** {@link softmaxCrossEntropy} as a composition of tfjs operations. */
export function referenceSoftmaxCrossEntropy(logits: tf.Tensor, labels: tf.Tensor, smoothing: number): tf.Scalar {
  return tf.tidy(() => {
    const classes = logits.shape[1]!;
    const target = tf.oneHot(labels as tf.Tensor1D, classes).cast('float32').mul(1 - smoothing).add(smoothing / classes);
    return tf.logSoftmax(logits).mul(target).sum(1).mean().neg().asScalar();
  });
}

function assertLabels(logits: tf.Tensor, labels: tf.Tensor): void {
  const [batch, classes] = logits.shape;
  if (logits.rank !== 2 || labels.rank !== 1 || labels.size !== batch || labels.dtype !== 'int32') {
    throw new RangeError(
      `softmaxCrossEntropy: expected logits [batch, classes] and int32 labels [batch], found logits [${logits.shape.join(', ')}] `
      + `and ${labels.dtype} labels [${labels.shape.join(', ')}]`);
  }
  const outside = labels.dataSync<'int32'>().find(label => label < 0 || label >= classes!);
  if (outside !== undefined) throw new RangeError(`softmaxCrossEntropy: expected labels from 0 to ${classes! - 1}, found ${outside}`);
}
