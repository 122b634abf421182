import * as tf from '@tensorflow/tfjs';
import { binarizeWeight, weightParameters, type BinarizedWeight, type WeightBinarizerSpec } from '../binarize/index.js';
import { startParameters, VitLayer, type CallContext, type VitParameter } from './vit-layer.js';

export interface WeightBinarizerConfig {
  readonly name: string;
  /** Path of the layer, for errors. */
  readonly label: string;
  readonly site: VitParameter['site'];
  readonly spec: WeightBinarizerSpec;
  readonly inputDim: number;
  readonly units: number;
}

/** A weight binarizer of the plan together with its learned parameters. */
export class WeightBinarizer extends VitLayer<WeightBinarizerConfig> {
  static readonly className = 'BinvitWeightBinarizer';
  readonly #parameters: Readonly<Record<string, tf.Variable>>;

  constructor(config: WeightBinarizerConfig) {
    super(config);
    this.#parameters = this.addDeclared(weightParameters(config.spec, [config.inputDim, config.units]), config.site);
  }

  /** Latent to effective weight, `[in, out]`. */
  override forward(latent: tf.Tensor, context: CallContext): tf.Tensor {
    return this.binarize(latent as tf.Tensor2D, context).effective;
  }

  /** The weight's three views, owned by the caller. */
  binarize(latent: tf.Tensor2D, context: CallContext): BinarizedWeight {
    return binarizeWeight(this.config.spec, latent, this.#parameters, { ...context, label: this.config.label, progress: this.progress });
  }

  /** Sets learned scales to what the latent weight asks for. */
  start(latent: tf.Tensor2D): void {
    const { spec, inputDim, units } = this.config;
    startParameters(this.#parameters, weightParameters(spec, [inputDim, units]), latent);
  }
}

tf.serialization.registerClass(WeightBinarizer);
