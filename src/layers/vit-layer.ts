import * as tf from '@tensorflow/tfjs';
import { Random } from '../backend/index.js';
import type { DeclaredParameter, Site } from '../binarize/index.js';

/** What a forward pass needs to know beyond its input. */
export interface CallContext {
  readonly training: boolean;
  /** Draws drop path and stochastic binarization; only training uses it. */
  readonly random?: Random;
  /** Sees what each residual branch ('blocks.0.attn', 'blocks.0.mlp') computes, and returns what it adds in its place. */
  readonly branch?: (name: string, output: tf.Tensor) => tf.Tensor;
  /** Sees the attention probabilities of each MHSA ('blocks.0.attn'), `[batch, heads, tokens, tokens]`, as they weigh the values. */
  readonly attention?: (name: string, probabilities: tf.Tensor4D) => void;
  /**
   * Sees what each linear layer, and each binarized operand of attention's products ('blocks.0.attn.query'), takes: the values before
   * their sign, a learned shift added, and where the binarizer gives its upper level (null where the input stays float).
   */
  readonly input?: (name: string, values: tf.Tensor, upper: tf.Tensor | null) => void;
}

/** What a parameter is for: decides weight decay, latent clipping and initialisation. */
export type ParameterRole = 'latent' | 'weight' | 'bias' | 'norm' | 'token' | 'position' | 'scale' | 'shift';

/** A parameter of a ViT under the name that timm gives it. */
export interface VitParameter {
  /** E.g. 'blocks.0.attn.qkv.weight'; linear weights are `[in, out]`. */
  readonly name: string;
  readonly variable: tf.Variable;
  /** `latent`: a weight matrix that a plan binarizes; `weight`: one that stays float. */
  readonly role: ParameterRole;
  /** The linear site that it belongs to; 'qkv' for the fused projection, null outside the sites. */
  readonly site: Site | 'qkv' | null;
  /** Encoder block, from 0; null outside the blocks. */
  readonly block: number | null;
  readonly trainable: boolean;
}

/** What every layer's configuration holds: plain JSON, saved with the model. */
export interface VitLayerConfig {
  /** Path of the layer in timm, unique within the model. */
  readonly name: string;
  readonly trainable?: boolean;
}

/**
 * A part of the ViT: a `tf.layers.Layer` whose parameters exist from construction on, named by the layer's path in timm
 * ('blocks.0.attn.qkv'), and whose inner layers are called directly (`forward`), without the bookkeeping of `apply`.
 */
export abstract class VitLayer<Config extends VitLayerConfig = VitLayerConfig> extends tf.layers.Layer {
  /** Parameters of this layer and of the layers in it, in the order of construction. */
  readonly parameters: VitParameter[] = [];
  /** Share of the training that is done, 0 to 1; anneals gradient estimators. */
  protected progress = 0;
  readonly #inner: VitLayer[] = [];
  #random: Random | undefined;

  constructor(protected readonly config: Config) {
    super({ name: config.name, trainable: config.trainable ?? true });
    this.built = true;
  }

  /** The layer as a plain function; the result is the caller's. Must run inside `tf.tidy` or be disposed of. */
  abstract forward(x: tf.Tensor, context: CallContext): tf.Tensor;

  /** How tfjs (predict, fit) calls the layer. It passes no generator, so one that is seeded by the layer's name draws. */
  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    this.#random ??= Random.seeded(0).fork(this.name);
    const context = { training: kwargs.training === true, random: this.#random };
    return tf.tidy(() => this.forward(Array.isArray(inputs) ? inputs[0]! : inputs, context));
  }

  /** Tells annealed estimators how much of the training is done, 0 to 1. */
  setProgress(progress: number): void {
    this.progress = progress;
    for (const layer of this.#inner) layer.setProgress(progress);
  }

  /** The layers of one class in this one, itself included, in the order of construction. */
  find<T extends VitLayer>(type: new (config: never) => T): T[] {
    return [...(this instanceof type ? [this] : []), ...this.#inner.flatMap(layer => layer.find(type))];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...(this.config as unknown as tf.serialization.ConfigDict), ...super.getConfig() };
  }

  /** Takes over the parameters of an inner layer, so that tfjs counts, saves and trains them as this layer's. */
  protected addLayer<T extends VitLayer>(layer: T): T {
    this.#inner.push(layer);
    this.parameters.push(...layer.parameters);
    this._trainableWeights.push(...layer._trainableWeights);
    // A frozen layer that is loaded is frozen to the bottom.
    if (!this.trainable) layer.trainable = false;
    return layer;
  }

  /**
   * Adds a parameter of zeros, unless `initial` says otherwise.
   *
   * @param name within the layer, e.g. 'weight' for 'layer.weight'; empty for a parameter that has the layer's own name
   */
  protected addParameter(
    name: string, shape: readonly number[], role: ParameterRole,
    { site = null, trainable = true, initial = 0 }: { site?: VitParameter['site']; trainable?: boolean; initial?: number } = {},
  ): tf.Variable {
    const fullName = name === '' ? this.name : `${this.name}.${name}`;
    const initializer = tf.initializers.constant({ value: initial });
    const weight = this.addWeight(fullName, [...shape], 'float32', initializer);
    weight.trainable = trainable && this.trainable;
    const value = weight.read();
    if (!(value instanceof tf.Variable)) throw new TypeError(`${fullName}: expected tfjs to hold a weight in a tf.Variable`);
    const variable = value as tf.Variable;
    this.parameters.push({
      name: fullName, variable, role, site, block: blockOf(fullName),
      get trainable() {
        return variable.trainable;
      },
    });
    return variable;
  }

  /** Adds the parameters that a binarizer declares, as zeros, by the names under which it takes them. */
  protected addDeclared(declared: readonly DeclaredParameter[], site: VitParameter['site']): Record<string, tf.Variable> {
    return Object.fromEntries(declared.map(({ name, shape, trainable }) =>
      [name, this.addParameter(name, shape, shiftNames.has(name) ? 'shift' : 'scale', { site, trainable })]));
  }
}

/** The encoder block that a path lies in ('blocks.3.mlp.fc1': 3); null outside the blocks. */
export function blockOf(path: string): number | null {
  const block = /^blocks\.(\d+)\./.exec(path)?.[1];
  return block === undefined ? null : Number(block);
}

/** What binarizers call the parameters that are added; the others multiply. */
const shiftNames: ReadonlySet<string> = new Set(['shift', 'before', 'after']);

/** Sets declared parameters to the values that they start from. `source`: as `DeclaredParameter.initial` wants it. */
export function startParameters(
  parameters: Readonly<Record<string, tf.Variable>>, declared: readonly DeclaredParameter[], source: tf.Tensor | null,
): void {
  tf.tidy(() => {
    for (const { name, initial } of declared) parameters[name]!.assign(initial(source));
  });
}
