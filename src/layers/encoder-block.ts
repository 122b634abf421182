import * as tf from '@tensorflow/tfjs';
import type { ProductBinarizers } from './attention-products.js';
import type { SiteBinding } from './column-groups.js';
import { dropPath } from './drop-path.js';
import { LayerNormalization } from './layer-normalization.js';
import { Mlp } from './mlp.js';
import { MultiHeadSelfAttention } from './multi-head-self-attention.js';
import { VitLayer, type CallContext } from './vit-layer.js';

export interface EncoderBlockConfig {
  /** 'blocks.0', 'blocks.1', ... */
  readonly name: string;
  readonly dim: number;
  readonly tokens: number;
  readonly numHeads: number;
  readonly hiddenDim: number;
  readonly qkvBias: boolean;
  readonly dropPath: number;
  readonly layerNormEps: number;
  readonly activation: 'gelu' | 'rprelu';
  readonly qkv: readonly SiteBinding[];
  readonly products: ProductBinarizers | null;
  readonly proj: SiteBinding;
  readonly fc1: SiteBinding;
  readonly fc2: SiteBinding;
}

/**
 * One block of the encoder, norms first:
 * x = x + MHSA(LayerNorm(x)); x = x + MLP(LayerNorm(x)).
 *
 * @see Dosovitskiy et al. 2021, arXiv 2010.11929, eq. 2 and 3
 */
export class EncoderBlock extends VitLayer<EncoderBlockConfig> {
  static readonly className = 'BinvitEncoderBlock';
  readonly #norm1: LayerNormalization;
  readonly #attention: MultiHeadSelfAttention;
  readonly #norm2: LayerNormalization;
  readonly #mlp: Mlp;

  constructor(config: EncoderBlockConfig) {
    super(config);
    const { name, dim, layerNormEps: epsilon } = config;
    this.#norm1 = this.addLayer(new LayerNormalization({ name: `${name}.norm1`, dim, epsilon }));
    this.#attention = this.addLayer(new MultiHeadSelfAttention({ ...config, name: `${name}.attn` }));
    this.#norm2 = this.addLayer(new LayerNormalization({ name: `${name}.norm2`, dim, epsilon }));
    this.#mlp = this.addLayer(new Mlp({ ...config, name: `${name}.mlp` }));
  }

  /** `[batch, tokens, dim]` to the same shape. */
  override forward(x: tf.Tensor, context: CallContext): tf.Tensor {
    const attended = this.#addBranch(x, this.#norm1, this.#attention, context);
    return this.#addBranch(attended, this.#norm2, this.#mlp, context);
  }

  #addBranch(x: tf.Tensor, norm: LayerNormalization, layer: MultiHeadSelfAttention | Mlp, context: CallContext): tf.Tensor {
    const output = layer.forward(norm.forward(x), context);
    return tf.add(x, dropPath(context.branch?.(layer.name, output) ?? output, this.config.dropPath, context));
  }
}

tf.serialization.registerClass(EncoderBlock);
