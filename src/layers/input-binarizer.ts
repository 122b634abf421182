import * as tf from '@tensorflow/tfjs';
import { binarizeInput, binarizeRows, initialInputParameters, inputParameters, type InputBinarizerSpec } from '../binarize/index.js';
import { startParameters, VitLayer, type CallContext, type VitParameter } from './vit-layer.js';

export interface InputBinarizerConfig {
  readonly name: string;
  /** Path of the layer, for errors. */
  readonly label: string;
  readonly site: VitParameter['site'];
  readonly spec: InputBinarizerSpec;
  /** Size of the input's last axis. */
  readonly features: number;
}

/** An input binarizer of the plan together with its learned parameters. */
export class InputBinarizer extends VitLayer<InputBinarizerConfig> {
  static readonly className = 'BinvitInputBinarizer';
  readonly #parameters: Readonly<Record<string, tf.Variable>>;

  constructor(config: InputBinarizerConfig) {
    super(config);
    const declared = inputParameters(config.spec, config.features);
    this.#parameters = this.addDeclared(declared, config.site);
    startParameters(this.#parameters, declared, null);
  }

  /** `[..., features]` to the same shape. */
  override forward(x: tf.Tensor, context: CallContext): tf.Tensor {
    if (context.training) this.#startFromBatch(x);
    return binarizeInput(this.config.spec, x, this.#parameters, this.#binarizeContext(context));
  }

  /** The same in its two parts, see {@link binarizeRows}. */
  rows(x: tf.Tensor, context: CallContext): ReturnType<typeof binarizeRows> {
    if (context.training) this.#startFromBatch(x);
    return binarizeRows(this.config.spec, x, this.#parameters, this.#binarizeContext(context));
  }

  /** What {@link CallContext.input} sees of x, `[..., features]`: the values before their sign, and where the upper level follows. */
  observe(x: tf.Tensor): { values: tf.Tensor; upper: tf.Tensor } {
    const { shift } = this.#parameters;
    return { values: shift === undefined ? x : tf.add(x, shift), upper: this.#upper(x) };
  }

  /** Levels that x, `[..., features]`, becomes: −1 and 1, or 0 and 1, without any factor. */
  levels(x: tf.Tensor): tf.Tensor {
    const upper = tf.cast(this.#upper(x), 'float32');
    return this.config.spec.levels === 'signed' ? tf.sub(tf.mul(upper, 2), 1) : upper;
  }

  /** Where the upper level follows; a factor of the tokens may be negative. */
  #upper(x: tf.Tensor): tf.Tensor {
    return tf.greater(this.rows(x, { training: false }).levels, 0);
  }

  #binarizeContext(context: CallContext): CallContext & { readonly label: string; readonly progress: number } {
    return { ...context, label: this.config.label, progress: this.progress };
  }

  /** An elastic factor of 0 has not met a batch yet; being saved with the model, it says so after loading, too. */
  #startFromBatch(x: tf.Tensor): void {
    const { scale } = this.config.spec;
    if (scale.name !== 'elastic' || scale.initial !== 'first-batch' || this.#parameters.alpha!.dataSync()[0] !== 0) return;
    tf.tidy(() => {
      for (const [name, value] of Object.entries(initialInputParameters(this.config.spec, x))) this.#parameters[name]!.assign(value);
    });
  }
}

tf.serialization.registerClass(InputBinarizer);
