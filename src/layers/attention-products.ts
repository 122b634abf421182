import * as tf from '@tensorflow/tfjs';
import type { InputBinarizerSpec, Site } from '../binarize/index.js';
import { mergeHeads } from '../ops/index.js';
import { InputBinarizer } from './input-binarizer.js';
import { VitLayer, type CallContext } from './vit-layer.js';

/** Binarizers of the operands of attention's products; null keeps an operand float. */
export interface ProductBinarizers {
  /** Q and K. */
  readonly scores: InputBinarizerSpec | null;
  /** P, the softmax's output. */
  readonly probabilities: InputBinarizerSpec | null;
  /** V. */
  readonly values: InputBinarizerSpec | null;
}

export interface AttentionProductsConfig {
  readonly name: string;
  readonly dim: number;
  readonly tokens: number;
  readonly numHeads: number;
  readonly binarizers: ProductBinarizers;
}

/**
 * The products of attention with binarized operands: P = softmax(b(Q) b(K)ᵀ / sqrt(headDim)), output b(P) b(V). Q, K and
 * V are binarized before they are split into heads, each with its own parameters.
 */
export class AttentionProducts extends VitLayer<AttentionProductsConfig> {
  static readonly className = 'BinvitAttentionProducts';
  readonly #query: InputBinarizer | null;
  readonly #key: InputBinarizer | null;
  readonly #value: InputBinarizer | null;
  readonly #probabilities: InputBinarizer | null;

  constructor(config: AttentionProductsConfig) {
    super(config);
    const { dim, tokens, binarizers } = config;
    this.#query = this.#addOperand('scores', 'query', binarizers.scores, dim);
    this.#key = this.#addOperand('scores', 'key', binarizers.scores, dim);
    this.#probabilities = this.#addOperand('probabilities', 'probabilities', binarizers.probabilities, tokens);
    this.#value = this.#addOperand('probabilities', 'value', binarizers.values, dim);
  }

  /** Fused projection `[batch, tokens, 3 dim]`, ordered q, k, v, to `[batch, tokens, dim]`. */
  override forward(qkv: tf.Tensor, context: CallContext): tf.Tensor {
    const { dim, tokens, numHeads } = this.config;
    const [q, k, v] = tf.split(qkv, 3, -1) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const heads = (binarizer: InputBinarizer | null, x: tf.Tensor): tf.Tensor =>
      tf.transpose(tf.reshape(this.#operand(binarizer, x, context), [-1, tokens, numHeads, dim / numHeads]), [0, 2, 1, 3]);
    const scores = tf.matMul(heads(this.#query, q), heads(this.#key, k), false, true);
    const probabilities = tf.softmax(tf.mul(scores, 1 / Math.sqrt(dim / numHeads)));
    const { levels, factor } = this.#weights(probabilities, context);
    const values = tf.matMul(levels, heads(this.#value, v));
    return mergeHeads(factor === null ? values : tf.mul(values, factor));
  }

  /** The factor of a row is multiplied after the product: what cancels out there is 0, not the rounding of floats, and has a sign. */
  #weights(probabilities: tf.Tensor, context: CallContext): { levels: tf.Tensor; factor: tf.Tensor | null } {
    const binarizer = this.#probabilities;
    if (binarizer !== null) this.#show(binarizer, probabilities, context);
    const { levels, factor } = binarizer?.rows(probabilities, context) ?? { levels: probabilities, factor: null };
    context.attention?.(this.name, (factor === null ? levels : tf.mul(levels, factor)) as tf.Tensor4D);
    return { levels, factor };
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return [...inputShape.slice(0, -1), this.config.dim];
  }

  #operand(binarizer: InputBinarizer | null, x: tf.Tensor, context: CallContext): tf.Tensor {
    if (binarizer === null) return x;
    this.#show(binarizer, x, context);
    return binarizer.forward(x, context);
  }

  #show(binarizer: InputBinarizer, x: tf.Tensor, { input }: CallContext): void {
    if (input === undefined) return;
    const { values, upper } = binarizer.observe(x);
    input(binarizer.name, values, upper);
  }

  #addOperand(site: Site, operand: string, spec: InputBinarizerSpec | null, features: number): InputBinarizer | null {
    if (spec === null) return null;
    const name = `${this.name}.${operand}`;
    return this.addLayer(new InputBinarizer({ name, label: name, site, spec, features }));
  }
}

tf.serialization.registerClass(AttentionProducts);
