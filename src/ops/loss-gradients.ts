import * as tf from '@tensorflow/tfjs';
import { consuming } from './fused.js';

/**
 * A loss and its gradients, for training loops: what `tf.variableGrads` gives, in less memory and time, as the backward pass
 * frees activations and gradients as soon as they are used.
 *
 * @param loss computes the loss from the variables
 * @returns the loss and a gradient per variable, in their order; all are the caller's
 * @throws Error when the loss does not depend on a variable
 */
export function lossAndGradients(loss: () => tf.Scalar, variables: tf.Variable[]): { loss: tf.Scalar; gradients: tf.Tensor[] } {
  const { value, grads } = consuming(() => {
    try {
      return tf.engine().gradients(loss, variables);
    } catch (error) {
      disposeTape();
      throw error;
    }
  });
  const missing = (grads as (tf.Tensor | undefined)[]).indexOf(undefined);
  if (missing >= 0) {
    tf.dispose([value, grads]);
    throw new Error(`lossAndGradients: expected a loss that depends on every variable, found that it does not on ${variables[missing]!.name}`);
  }
  return { loss: value, gradients: grads };
}

/** When a pass throws, tfjs keeps what it had saved for the gradients. */
function disposeTape(): void {
  const tape = tf.engine().state.activeTape as readonly { readonly saved?: tf.Tensor[] }[] | null;
  for (const { saved } of tape ?? []) tf.dispose(saved ?? []);
}
