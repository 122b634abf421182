import * as tf from '@tensorflow/tfjs';
import { layerNorm } from '../ops/index.js';
import { VitLayer } from './vit-layer.js';

export interface LayerNormalizationConfig {
  readonly name: string;
  readonly dim: number;
  readonly epsilon: number;
}

/**
 * y = (x - mean) / sqrt(variance + epsilon) · gamma + beta over the last axis.
 *
 * @see Ba et al. 2016, arXiv 1607.06450
 */
export class LayerNormalization extends VitLayer<LayerNormalizationConfig> {
  static readonly className = 'BinvitLayerNormalization';
  readonly #gamma: tf.Variable<tf.Rank.R1>;
  readonly #beta: tf.Variable<tf.Rank.R1>;

  constructor(config: LayerNormalizationConfig) {
    super(config);
    this.#gamma = this.addParameter('weight', [config.dim], 'norm', { initial: 1 }) as tf.Variable<tf.Rank.R1>;
    this.#beta = this.addParameter('bias', [config.dim], 'norm') as tf.Variable<tf.Rank.R1>;
  }

  /** `[..., dim]` to the same shape. */
  override forward(x: tf.Tensor): tf.Tensor {
    return layerNorm(x, this.#gamma, this.#beta, this.config.epsilon);
  }
}

tf.serialization.registerClass(LayerNormalization);
