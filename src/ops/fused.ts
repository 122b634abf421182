import * as tf from '@tensorflow/tfjs';
import type { FusedKernel } from '../backend/index.js';

/** Whether the active backend has the fused kernel; where it has not, the reference composition computes. */
export function hasFused(kernel: FusedKernel): boolean {
  return (tf.getKernel(kernel, tf.getBackend()) as unknown) !== undefined;
}

/** Runs a fused kernel of the active backend. */
export function runFused(kernel: FusedKernel, inputs: tf.NamedTensorMap, attributes: Record<string, number> = {}): tf.Tensor[] {
  const result = tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(kernel, inputs, attributes);
  return Array.isArray(result) ? result : [result];
}

/** Result of an operation, and the tensors that its backward pass needs. */
export interface ForwardPass {
  readonly value: tf.Tensor;
  readonly saved: tf.Tensor[];
}

/** Gradients of the inputs from the gradient of the value; the number of tensors is the number of inputs. */
export type BackwardPass = (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[];

let isConsuming = false;

/**
 * An operation with a gradient of its own.
 *
 * @param inputs tensors that get a gradient, in the order of `backward`'s results
 */
export function differentiable(inputs: readonly tf.Tensor[], forward: () => ForwardPass, backward: BackwardPass): tf.Tensor {
  const operation = tf.customGrad((...args) => {
    // tfjs passes the inputs first and the function that keeps tensors for the backward pass last.
    const save = args.at(-1) as tf.GradSaveFunc;
    const { value, saved } = forward();
    save(saved);
    return {
      value,
      gradFunc: (dy: tf.Tensor, kept: tf.Tensor[]) => {
        const gradients = backward(dy, kept);
        if (isConsuming) tf.dispose([dy, ...kept]);
        return gradients;
      },
    };
  });
  return operation(...inputs);
}

/**
 * Runs a backward pass in which every operation frees the gradient that it received and the tensors that it had saved. tfjs
 * would free them all at the end; so the memory that the next operation writes to is still in the processor's cache.
 *
 * Only for passes that go over the tape once, and whose first gradient is not the caller's.
 */
export function consuming<T>(pass: () => T): T {
  isConsuming = true;
  try {
    return pass();
  } finally {
    isConsuming = false;
  }
}
