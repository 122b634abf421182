import type * as tf from '@tensorflow/tfjs';
import type { Random } from '../backend/index.js';

/** What a binarizer needs to know beyond its tensors. */
export interface BinarizeContext {
  /** Site and block in words, e.g. 'blocks.2.mlp.fc1'; errors name it. */
  readonly label: string;
  /** Share of the training that is done, 0 to 1; anneals the error decay estimator. */
  readonly progress: number;
  readonly training: boolean;
  /** Generator for stochastic binarization; needed in training by methods that draw. */
  readonly random?: Random;
}

/** A parameter that a binarizer needs; the layer owns it, trains it and saves it with the model. */
export interface DeclaredParameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly trainable: boolean;
  /** Scaling factors and shifts are never decayed. */
  readonly decay: false;
  /**
   * The value to start from.
   *
   * @param source the latent weight for weight parameters, null for input parameters
   */
  readonly initial: (source: tf.Tensor | null) => tf.Tensor;
}
