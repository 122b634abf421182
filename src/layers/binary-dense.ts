import * as tf from '@tensorflow/tfjs';
import { fusedOptions, type BinarizedWeight } from '../binarize/index.js';
import { binaryDense, dense } from '../ops/index.js';
import { columnGroups, type ColumnGroup, type SiteBinding } from './column-groups.js';
import { InputBinarizer } from './input-binarizer.js';
import { VitLayer, type CallContext } from './vit-layer.js';
import { WeightBinarizer } from './weight-binarizer.js';

export interface BinaryDenseConfig {
  readonly name: string;
  readonly inputDim: number;
  readonly units: number;
  readonly useBias: boolean;
  /** What binarizes it: one site, or q, k and v for thirds of the columns. */
  readonly sites: readonly SiteBinding[];
}

/** Columns of the weight with the binarizers that stand in front of the product. */
interface BinarizedColumns {
  readonly group: ColumnGroup;
  readonly begin: number;
  readonly units: number;
  readonly weight: WeightBinarizer | null;
  readonly input: InputBinarizer | null;
}

/** The views of the columns of a dense layer that one plan entry rules; every returned tensor is the caller's. */
export interface WeightColumns {
  readonly group: ColumnGroup;
  /** `[in, out]`, what training updates. */
  readonly latent: () => tf.Tensor2D;
  /** `latent` as the forward pass of evaluation sees it: binary pattern, scale, and their product; null where it stays float. */
  readonly binarized: (() => BinarizedWeight) | null;
}

/**
 * y = b_in(x) · b_w(W) + bias, with the binarizers that the plan names for its site; where it names none, the operand
 * stays float and this is an ordinary dense layer. Pairs that the fused kernel computes run in it.
 */
export class BinaryDense extends VitLayer<BinaryDenseConfig> {
  static readonly className = 'BinvitBinaryDense';
  readonly #weight: tf.Variable<tf.Rank.R2>;
  readonly #bias: tf.Variable<tf.Rank.R1> | null;
  readonly #columns: readonly BinarizedColumns[];

  constructor(config: BinaryDenseConfig) {
    super(config);
    const { name, inputDim, units, useBias, sites } = config;
    const site = sites.length === 1 ? sites[0]!.site : 'qkv';
    const role = sites.some(({ weight }) => weight !== null) ? 'latent' : 'weight';
    this.#weight = this.addParameter('weight', [inputDim, units], role, { site }) as tf.Variable<tf.Rank.R2>;
    this.#bias = useBias ? (this.addParameter('bias', [units], 'bias', { site }) as tf.Variable<tf.Rank.R1>) : null;
    const groups = columnGroups(name, sites);
    this.#columns = groups.map((group, index) => this.#addColumns(group, index, units / groups.length));
  }

  /** `[..., inputDim]` to `[..., units]`. */
  override forward(x: tf.Tensor, context: CallContext): tf.Tensor {
    if (this.#columns.length === 1) return this.#apply(this.#columns[0]!, x, this.#weight, this.#bias, context);
    const parts = this.#columns.map(columns => {
      const bias = this.#bias === null ? null : tf.slice1d(this.#bias, columns.begin, columns.units);
      return this.#apply(columns, x, this.#latent(columns), bias, context);
    });
    return tf.concat(parts, -1);
  }

  /** Size of the last axis of what it takes. */
  get inputDim(): number {
    return this.config.inputDim;
  }

  /** The parts of the weight, in the order of its columns; one for a layer that is binarized, or left float, as a whole. */
  weightColumns(): WeightColumns[] {
    return this.#columns.map(columns => {
      const { weight, group } = columns;
      return {
        group,
        latent: () => this.#latent(columns),
        binarized: weight && (() => {
          const latent = this.#latent(columns);
          const views = weight.binarize(latent, { training: false });
          latent.dispose();
          return views;
        }),
      };
    });
  }

  /** Sets learned scales to what the latent weights ask for; to be called when these have been drawn. */
  startScales(): void {
    for (const columns of this.#columns) tf.tidy(() => columns.weight?.start(this.#latent(columns)));
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return [...inputShape.slice(0, -1), this.config.units];
  }

  #addColumns(group: ColumnGroup, index: number, units: number): BinarizedColumns {
    const { inputDim } = this.config;
    const site = group.sites.length === 1 ? group.sites[0]! : 'qkv';
    const { name: label, weight, input } = group;
    return {
      group,
      begin: index * units,
      units,
      weight: weight === null ? null
        : this.addLayer(new WeightBinarizer({ name: `${label}.weight`, label, site, spec: weight, inputDim, units })),
      input: input === null ? null : this.addLayer(new InputBinarizer({ name: `${label}.input`, label, site, spec: input, features: inputDim })),
    };
  }

  #apply(columns: BinarizedColumns, x: tf.Tensor, latent: tf.Tensor2D, bias: tf.Tensor1D | null, context: CallContext): tf.Tensor {
    const { group, weight, input } = columns;
    if (context.input) {
      const { values, upper } = input?.observe(x) ?? { values: x, upper: null };
      context.input(group.name, values, upper);
    }
    const options = fusedOptions(group.weight, group.input, this.progress);
    if (options !== null) return binaryDense(x, latent, bias, options, group.name);
    const effective = weight === null ? latent : (weight.forward(latent, context) as tf.Tensor2D);
    return dense(input === null ? x : input.forward(x, context), effective, bias);
  }

  #latent({ begin, units }: BinarizedColumns): tf.Tensor2D {
    return units === this.config.units ? this.#weight.clone() : tf.slice2d(this.#weight, [0, begin], [-1, units]);
  }
}

tf.serialization.registerClass(BinaryDense);
