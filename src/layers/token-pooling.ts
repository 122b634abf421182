import * as tf from '@tensorflow/tfjs';
import { tokenMean } from '../ops/index.js';
import { VitLayer } from './vit-layer.js';

export interface TokenPoolingConfig {
  readonly name: string;
  readonly pool: 'token' | 'avg';
  /** Tokens before the patches; the mean leaves them out. */
  readonly prefixTokens: number;
  readonly dim: number;
}

/** What the head reads of a sequence: its class token, or the mean of its patch tokens. */
export class TokenPooling extends VitLayer<TokenPoolingConfig> {
  static readonly className = 'BinvitTokenPooling';

  /** `[batch, tokens, dim]` to `[batch, dim]`. */
  override forward(x: tf.Tensor): tf.Tensor {
    const { pool, prefixTokens } = this.config;
    if (pool === 'token') return tf.squeeze(tf.slice(x, [0, 0, 0], [-1, 1, -1]), [1]);
    return tokenMean(prefixTokens === 0 ? x : tf.slice(x, [0, prefixTokens, 0]));
  }

  override computeOutputShape(): tf.Shape {
    return [null, this.config.dim];
  }
}

tf.serialization.registerClass(TokenPooling);
