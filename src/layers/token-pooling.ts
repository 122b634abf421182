import * as tf from '@tensorflow/tfjs';
import { tokenMean } from '../ops/index.js';
import { VitLayer } from './vit-layer.js';

export interface TokenPoolingConfig {
  readonly name: string;
  readonly pool: 'token' | 'avg';
  /** Whether the first token is a class token; the mean leaves it out. */
  readonly classToken: boolean;
  readonly dim: number;
}

/** What the head reads of a sequence: its class token, or the mean of its patch tokens. */
export class TokenPooling extends VitLayer<TokenPoolingConfig> {
  static readonly className = 'BinvitTokenPooling';

  /** `[batch, tokens, dim]` to `[batch, dim]`. */
  override forward(x: tf.Tensor): tf.Tensor {
    const { pool, classToken } = this.config;
    if (pool === 'token') return tf.squeeze(tf.slice(x, [0, 0, 0], [-1, 1, -1]), [1]);
    return tokenMean(classToken ? tf.slice(x, [0, 1, 0]) : x);
  }

  override computeOutputShape(): tf.Shape {
    return [null, this.config.dim];
  }
}

tf.serialization.registerClass(TokenPooling);
