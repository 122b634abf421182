import * as tf from '@tensorflow/tfjs';
import { gelu } from '../ops/index.js';
import { BinaryDense } from './binary-dense.js';
import type { SiteBinding } from './column-groups.js';
import { RPReLU } from './rprelu.js';
import { VitLayer, type CallContext } from './vit-layer.js';

export interface MlpConfig {
  readonly name: string;
  readonly dim: number;
  readonly hiddenDim: number;
  readonly activation: 'gelu' | 'rprelu';
  readonly fc1: SiteBinding;
  readonly fc2: SiteBinding;
}

/** The MLP of an encoder block: fc2(activation(fc1(x))). */
export class Mlp extends VitLayer<MlpConfig> {
  static readonly className = 'BinvitMlp';
  readonly #fc1: BinaryDense;
  readonly #rprelu: RPReLU | null;
  readonly #fc2: BinaryDense;

  constructor(config: MlpConfig) {
    super(config);
    const { name, dim, hiddenDim, activation, fc1, fc2 } = config;
    this.#fc1 = this.addLayer(new BinaryDense({ name: `${name}.fc1`, inputDim: dim, units: hiddenDim, useBias: true, sites: [fc1] }));
    this.#rprelu = activation === 'rprelu' ? this.addLayer(new RPReLU({ name: `${name}.act`, dim: hiddenDim })) : null;
    this.#fc2 = this.addLayer(new BinaryDense({ name: `${name}.fc2`, inputDim: hiddenDim, units: dim, useBias: true, sites: [fc2] }));
  }

  /** `[batch, tokens, dim]` to the same shape. */
  override forward(x: tf.Tensor, context: CallContext): tf.Tensor {
    const hidden = this.#fc1.forward(x, context);
    return this.#fc2.forward(this.#rprelu === null ? gelu(hidden) : this.#rprelu.forward(hidden), context);
  }
}

tf.serialization.registerClass(Mlp);
