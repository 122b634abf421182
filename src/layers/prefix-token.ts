import * as tf from '@tensorflow/tfjs';
import { VitLayer } from './vit-layer.js';

export interface PrefixTokenConfig {
  /** 'cls_token' or 'dist_token'. */
  readonly name: string;
  /** Tokens of a sequence with this one. */
  readonly tokens: number;
  readonly dim: number;
}

/**
 * Puts a learned token in front of a sequence: the class token, or the distillation token of DeiT (Touvron et al. 2021,
 * arXiv 2012.12877, section 4).
 */
export class PrefixToken extends VitLayer<PrefixTokenConfig> {
  static readonly className = 'BinvitPrefixToken';
  readonly #token: tf.Variable;

  constructor(config: PrefixTokenConfig) {
    super(config);
    this.#token = this.addParameter('', [1, 1, config.dim], 'token');
  }

  /** `[batch, tokens - 1, dim]` to `[batch, tokens, dim]`. */
  override forward(x: tf.Tensor): tf.Tensor {
    return tf.concat([tf.tile(this.#token, [x.shape[0], 1, 1]), x], 1);
  }

  override computeOutputShape(): tf.Shape {
    return [null, this.config.tokens, this.config.dim];
  }
}

tf.serialization.registerClass(PrefixToken);
