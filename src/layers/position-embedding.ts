import * as tf from '@tensorflow/tfjs';
import { VitLayer } from './vit-layer.js';

export interface PositionEmbeddingConfig {
  readonly name: string;
  readonly tokens: number;
  readonly dim: number;
}

/** Adds a learned vector to each position. */
export class PositionEmbedding extends VitLayer<PositionEmbeddingConfig> {
  static readonly className = 'BinvitPositionEmbedding';
  readonly #positions: tf.Variable;

  constructor(config: PositionEmbeddingConfig) {
    super(config);
    this.#positions = this.addParameter('', [1, config.tokens, config.dim], 'position');
  }

  /** `[batch, tokens, dim]` to the same shape. */
  override forward(x: tf.Tensor): tf.Tensor {
    return tf.add(x, this.#positions);
  }
}

tf.serialization.registerClass(PositionEmbedding);
