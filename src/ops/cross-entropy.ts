import * as tf from '@tensorflow/tfjs';
import { fusedKernels } from '../backend/index.js';
import { hasFused, runFused, type Saved } from './fused.js';

/**
 * Mean cross entropy of softmax(logits) against labels smoothed to (1 − s)·onehot + s/classes
 * (Szegedy et al. 2016, arXiv 1512.00567, section 7).
 *
 * @param logits `[batch, classes]`
 * @param labels `[batch]`, int32, each in 0 .. classes − 1
 * @param smoothing s in [0, 1)
 * @returns `[]`, in nats
 */
export function softmaxCrossEntropy(logits: tf.Tensor, labels: tf.Tensor, smoothing: number): tf.Scalar {
  if (!hasFused(fusedKernels.crossEntropy)) return referenceSoftmaxCrossEntropy(logits, labels, smoothing);
  return tf.customGrad((input, saveFunction) => {
    const operand = input as tf.Tensor;
    const [loss, probabilities] = runFused(fusedKernels.crossEntropy, { logits: operand, labels }, { smoothing });
    (saveFunction as tf.GradSaveFunc)([probabilities!, labels]);
    return {
      value: loss!,
      gradFunc: (dy: tf.Tensor, saved: Saved) =>
        runFused(fusedKernels.crossEntropyGrad, { probabilities: saved[0], labels: saved[1], dy }, { smoothing })[0]!,
    };
  })(logits) as tf.Scalar;
}

/** {@link softmaxCrossEntropy} as a composition of tfjs operations. */
export function referenceSoftmaxCrossEntropy(logits: tf.Tensor, labels: tf.Tensor, smoothing: number): tf.Scalar {
  return tf.tidy(() => {
    const classes = logits.shape[1]!;
    const target = tf.oneHot(labels as tf.Tensor1D, classes).cast('float32').mul(1 - smoothing).add(smoothing / classes);
    return tf.logSoftmax(logits).mul(target).sum(1).mean().neg().asScalar();
  });
}
