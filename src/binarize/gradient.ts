import * as tf from '@tensorflow/tfjs';

/** Gradients with respect to the inputs, from the gradient of the value and the tensors that were saved. */
export type GradientRule = (gradient: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[];

/**
 * A value whose gradient is not the one of the operations that made it.
 *
 * @param inputs tensors that get a gradient, in the order in which the rule returns them
 * @param value computes the value; its operations are not recorded
 * @param saved tensors that the rule needs
 */
export function withGradient(inputs: tf.Tensor[], value: () => tf.Tensor, saved: tf.Tensor[], rule: GradientRule): tf.Tensor {
  const operation = tf.customGrad((...passed) => {
    // tfjs passes the inputs first and the function that keeps tensors for the backward pass last.
    const save = passed.at(-1) as unknown as (tensors: tf.Tensor[]) => void;
    save(saved);
    return { value: value(), gradFunc: (gradient: tf.Tensor, kept) => rule(gradient, kept) };
  });
  return operation(...inputs);
}

/** sg(x) of the formulas: the same value, and a gradient of zero. */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  return withGradient([x], () => tf.clone(x), [], gradient => [tf.zerosLike(gradient)]) as T;
}

/** Sums a gradient over the axes along which a tensor of `shape` was broadcast. */
export function sumToShape(gradient: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const leading = gradient.rank - shape.length;
  const axes = gradient.shape.flatMap((size, axis) => (axis < leading || (shape[axis - leading] === 1 && size !== 1) ? [axis] : []));
  return tf.reshape(axes.length === 0 ? gradient : tf.sum(gradient, axes), [...shape]);
}
