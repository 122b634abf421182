import * as tf from '@tensorflow/tfjs';
import { rprelu, rpreluParameters } from '../binarize/index.js';
import { startParameters, VitLayer } from './vit-layer.js';

export interface RPReLUConfig {
  readonly name: string;
  readonly dim: number;
}

/**
 * PReLU with learned shifts before and after it, per channel.
 *
 * @see Liu et al. 2020 (ReActNet), arXiv 2003.03488, eq. 3
 */
export class RPReLU extends VitLayer<RPReLUConfig> {
  static readonly className = 'BinvitRPReLU';
  readonly #parameters: Readonly<Record<string, tf.Variable>>;

  constructor(config: RPReLUConfig) {
    super(config);
    const declared = rpreluParameters(config.dim);
    this.#parameters = this.addDeclared(declared, null);
    startParameters(this.#parameters, declared, null);
  }

  /** `[..., dim]` to the same shape. */
  override forward(x: tf.Tensor): tf.Tensor {
    return rprelu(x, this.#parameters);
  }
}

tf.serialization.registerClass(RPReLU);
