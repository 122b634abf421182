import * as tf from '@tensorflow/tfjs';
import { VitLayer } from './vit-layer.js';

export interface ClassTokenConfig {
  readonly name: string;
  readonly tokens: number;
  readonly dim: number;
}

/** Puts a learned token in front of the patch tokens. */
export class ClassToken extends VitLayer<ClassTokenConfig> {
  static readonly className = 'BinvitClassToken';
  readonly #token: tf.Variable;

  constructor(config: ClassTokenConfig) {
    super(config);
    this.#token = this.addParameter('', [1, 1, config.dim], 'token');
  }

  /** `[batch, patches, dim]` to `[batch, 1 + patches, dim]`. */
  override forward(x: tf.Tensor): tf.Tensor {
    return tf.concat([tf.tile(this.#token, [x.shape[0], 1, 1]), x], 1);
  }

  override computeOutputShape(): tf.Shape {
    return [null, this.config.tokens, this.config.dim];
  }
}

tf.serialization.registerClass(ClassToken);
