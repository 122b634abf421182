import * as tf from '@tensorflow/tfjs';
import { BinaryDense } from './binary-dense.js';
import type { SiteBinding } from './column-groups.js';
import { VitLayer, type CallContext } from './vit-layer.js';

export interface DistilledHeadsConfig {
  readonly name: string;
  readonly dim: number;
  readonly numClasses: number;
  /** What binarizes both heads. */
  readonly head: SiteBinding;
}

/**
 * The two heads of a distilled DeiT: (head(class token) + head_dist(distillation token)) / 2.
 *
 * @see Touvron et al. 2021, arXiv 2012.12877, section 4, "Classification with our approach"
 */
export class DistilledHeads extends VitLayer<DistilledHeadsConfig> {
  static readonly className = 'BinvitDistilledHeads';
  readonly #head: BinaryDense;
  readonly #headDist: BinaryDense;

  constructor(config: DistilledHeadsConfig) {
    super(config);
    const { dim: inputDim, numClasses: units, head } = config;
    this.#head = this.addLayer(new BinaryDense({ name: 'head', inputDim, units, useBias: true, sites: [head] }));
    this.#headDist = this.addLayer(new BinaryDense({ name: 'head_dist', inputDim, units, useBias: true, sites: [head] }));
  }

  /** `[batch, tokens, dim]`, class and distillation token first, to `[batch, numClasses]`. */
  override forward(x: tf.Tensor, context: CallContext): tf.Tensor {
    const token = (index: number): tf.Tensor => tf.squeeze(tf.slice(x, [0, index, 0], [-1, 1, -1]), [1]);
    return tf.mul(tf.add(this.#head.forward(token(0), context), this.#headDist.forward(token(1), context)), 0.5);
  }

  override computeOutputShape(): tf.Shape {
    return [null, this.config.numClasses];
  }
}

tf.serialization.registerClass(DistilledHeads);
