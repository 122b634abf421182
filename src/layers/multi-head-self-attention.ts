import * as tf from '@tensorflow/tfjs';
import { attention, attentionProbabilities } from '../ops/index.js';
import { AttentionProducts, type ProductBinarizers } from './attention-products.js';
import { BinaryDense } from './binary-dense.js';
import type { SiteBinding } from './column-groups.js';
import { VitLayer, type CallContext } from './vit-layer.js';

export interface MultiHeadSelfAttentionConfig {
  readonly name: string;
  readonly dim: number;
  readonly tokens: number;
  readonly numHeads: number;
  readonly qkvBias: boolean;
  /** q, k and v. */
  readonly qkv: readonly SiteBinding[];
  /** Null where both products are float. */
  readonly products: ProductBinarizers | null;
  readonly proj: SiteBinding;
}

/**
 * proj(softmax(Q Kᵀ / sqrt(headDim)) V), per head, with Q, K and V from one fused projection of x.
 *
 * @see Vaswani et al. 2017, arXiv 1706.03762, section 3.2
 */
export class MultiHeadSelfAttention extends VitLayer<MultiHeadSelfAttentionConfig> {
  static readonly className = 'BinvitMultiHeadSelfAttention';
  readonly #qkv: BinaryDense;
  readonly #products: AttentionProducts | null;
  readonly #proj: BinaryDense;

  constructor(config: MultiHeadSelfAttentionConfig) {
    super(config);
    const { name, dim, tokens, numHeads, qkvBias, qkv, products, proj } = config;
    this.#qkv = this.addLayer(new BinaryDense({ name: `${name}.qkv`, inputDim: dim, units: 3 * dim, useBias: qkvBias, sites: qkv }));
    this.#products = products === null ? null : this.addLayer(new AttentionProducts({ name, dim, tokens, numHeads, binarizers: products }));
    this.#proj = this.addLayer(new BinaryDense({ name: `${name}.proj`, inputDim: dim, units: dim, useBias: true, sites: [proj] }));
  }

  /** `[batch, tokens, dim]` to the same shape. */
  override forward(x: tf.Tensor, context: CallContext): tf.Tensor {
    const qkv = this.#qkv.forward(x, context);
    // The fused operation keeps no probabilities; who asks for them pays for them.
    if (this.#products === null) context.attention?.(this.name, attentionProbabilities(qkv, this.config.numHeads));
    const attended = this.#products === null
      ? attention(qkv, this.config.numHeads)
      : this.#products.forward(qkv, context);
    return this.#proj.forward(attended, context);
  }
}

tf.serialization.registerClass(MultiHeadSelfAttention);
