import type * as tf from '@tensorflow/tfjs';
import { binarizersAt, type InputBinarizerSpec } from '../binarize/index.js';
import {
  outputsOf, type PackedBlock, type PackedColumns, type PackedDense, type PackedFile, type PackedInfo, type PackedInput, type PackedNorm,
  type PackedProducts,
} from '../inference/index.js';
import { toHalf, type SafetensorsTensor } from '../io/index.js';
import { wordsOf } from '../kernels/index.js';
import type { BinaryDense, WeightColumns } from '../layers/index.js';
import { binaryDenseLayers, tokenCount, vitDefinition, vitParameters } from '../models/index.js';

/** Elastic factors are held above this in training too. */
const smallestFactor = 1e-5;

/**
 * Turns a model into a packed one: signs as bits, a second bit for ternary weights, scales and what stays float as float32.
 *
 * @param info what the file says of where the model comes from, and how pictures become its input
 * @param options.half round float matrices, embeddings and prefix tokens to 16 bits: a file of half the float bytes, and no longer
 *   quite the same function. {@link verifyPacked} rounds the original likewise. Default: false
 * @throws TypeError when the model is not one from `buildVit`
 * @throws Error that names the layer when an elastic factor has not met a batch
 * @throws RangeError that names the tensor when a value is too large for 16 bits
 */
export function packModel(model: tf.LayersModel, info: Omit<PackedInfo, 'config' | 'plan'>, options: { readonly half?: boolean } = {}): PackedFile {
  return new Packing(model, options.half ?? false).pack(info);
}

class Packing {
  readonly #half: boolean;
  readonly #definition: ReturnType<typeof vitDefinition>;
  readonly #layers: ReadonlyMap<string, BinaryDense>;
  readonly #parameters: ReadonlyMap<string, tf.Variable>;
  readonly #tensors = new Map<string, SafetensorsTensor>();

  constructor(model: tf.LayersModel, half: boolean) {
    this.#half = half;
    this.#definition = vitDefinition(model);
    this.#layers = new Map(binaryDenseLayers(model).map(layer => [layer.name, layer]));
    this.#parameters = new Map(vitParameters(model).map(({ name, variable }) => [name, variable]));
  }

  pack(info: Omit<PackedInfo, 'config' | 'plan'>): PackedFile {
    const { config, plan } = this.#definition;
    const { imgSize, patchSize, inChans, numClasses, embedDim: dim, numHeads, layerNormEps, globalPool, classToken, distillation } = config;
    const names = distillation === 'heads' ? ['head', 'head_dist'] : ['head'];
    const program = {
      imgSize, patchSize, inChans, numClasses, dim, numHeads, layerNormEps,
      patches: this.#dense('patch_embed.proj'),
      prefixTokens: [...(classToken ? ['cls_token'] : []), ...(distillation === undefined ? [] : ['dist_token'])].map(name => this.#matrix(name, [dim])),
      positions: this.#matrix('pos_embed', [this.#size('pos_embed') / dim, dim]),
      blocks: Array.from({ length: config.depth }, (_, block) => this.#block(block)),
      norm: this.#norm(globalPool === 'avg' ? 'fc_norm' : 'norm'),
      pool: globalPool === 'avg' ? 'mean' as const : 'token' as const,
      heads: names.map(name => this.#dense(name)),
    };
    return { program, tensors: this.#tensors, config, plan, ...info };
  }

  #block(block: number): PackedBlock {
    const name = `blocks.${block}`;
    const act = `${name}.mlp.act`;
    const fc1 = this.#dense(`${name}.mlp.fc1`);
    const channels = [outputsOf(fc1)];
    return {
      name,
      norm1: this.#norm(`${name}.norm1`), qkv: this.#dense(`${name}.attn.qkv`), products: this.#products(block), proj: this.#dense(`${name}.attn.proj`),
      norm2: this.#norm(`${name}.norm2`), fc1,
      activation: this.#definition.plan.activation === 'gelu' ? 'gelu' : {
        before: this.#float(`${act}.before`, channels), slope: this.#float(`${act}.slope`, channels), after: this.#float(`${act}.after`, channels),
      },
      fc2: this.#dense(`${name}.mlp.fc2`),
    };
  }

  #products(block: number): PackedProducts | null {
    const { plan, config } = this.#definition;
    const { embedDim } = config;
    const name = `blocks.${block}.attn`;
    const scores = binarizersAt(plan, 'scores', block).input;
    const { input: probabilities, values } = binarizersAt(plan, 'probabilities', block);
    if (scores === null && probabilities === null && values === null) return null;
    const operand = (spec: InputBinarizerSpec | null, part: string, features: number): PackedInput | null => spec && this.#input(spec, `${name}.${part}`, features);
    return {
      query: operand(scores, 'query', embedDim), key: operand(scores, 'key', embedDim),
      probabilities: operand(probabilities, 'probabilities', tokenCount(config)), value: operand(values, 'value', embedDim),
    };
  }

  #dense(name: string): PackedDense {
    const layer = this.#layers.get(name)!;
    const columns = layer.weightColumns();
    const [inputs, outputs] = this.#parameters.get(`${name}.weight`)!.shape as [number, number];
    return {
      name, inputs,
      columns: columns.map(part => this.#columns(part, inputs, outputs / columns.length)),
      bias: this.#parameters.has(`${name}.bias`) ? this.#float(`${name}.bias`, [outputs]) : null,
    };
  }

  #columns({ group, latent, binarized }: WeightColumns, inputs: number, outputs: number): PackedColumns {
    const name = group.name;
    const input = group.input === null ? null : this.#input(group.input, `${name}.input`, inputs);
    if (binarized === null) {
      const weight = latent();
      const values = Float32Array.from(weight.dataSync());
      // Parts of a parameter that is binary elsewhere stay as they are: rounded, it would be another model.
      if (this.#parameters.get(`${name}.weight`)?.shape[1] === outputs) this.#matrix(`${name}.weight`, [inputs, outputs], values);
      else this.#put(`${name}.weight`, values, [inputs, outputs]);
      weight.dispose();
      return { name, outputs, weight: { float: `${name}.weight` }, input };
    }
    const views = binarized();
    const [pattern, factors] = [views.binary.dataSync(), views.scale.dataSync()];
    for (const view of Object.values(views) as tf.Tensor[]) view.dispose();
    const { scale: spec, threshold } = group.weight!;
    const signs = this.#put(`${name}.signs`, packedRows(pattern, inputs, outputs, level => level > 0), [outputs, wordsOf(inputs)]);
    const kept = threshold.name !== 'dead-zone' ? undefined
      : this.#put(`${name}.kept`, packedRows(pattern, inputs, outputs, level => level !== 0), [outputs, wordsOf(inputs)]);
    const groupSize = spec.name === 'mean-abs' && typeof spec.per === 'object' ? spec.per.groupSize : undefined;
    const scale = spec.name === 'none' ? null : groupSize === undefined ? this.#put(`${name}.scale`, Float32Array.from(factors), [factors.length])
      : this.#put(`${name}.scale`, groupFactors(factors, inputs, outputs, groupSize), [inputs / groupSize, outputs]);
    return { name, outputs, weight: { signs, ...(kept && { kept }), scale, ...(groupSize !== undefined && { group: groupSize }) }, input };
  }

  #input({ levels, scale, threshold }: InputBinarizerSpec, name: string, features: number): PackedInput {
    const alpha = scale.name === 'elastic' ? this.#elastic(name) : null;
    const beta = scale.name === 'learned' ? this.#float(`${name}.beta`, [scale.tokens]) : null;
    // One for all tokens is a factor of the levels.
    const perToken = beta !== null && scale.name === 'learned' && scale.tokens > 1;
    return {
      levels,
      shift: threshold.name === 'learned' ? this.#float(`${name}.shift`, [features]) : null,
      factor: alpha === null ? perToken ? null : beta : this.#put(`${name}.alpha`, Float32Array.of(alpha), [1]),
      scale: scale.name === 'mean-abs' ? 'least-squares' : perToken ? { tokens: beta } : 'none',
      threshold: levels === 'signed' || threshold.name === 'row-max' ? 0 : alpha === null ? 0.5 : alpha / 2,
      fraction: threshold.name === 'row-max' ? threshold.fraction : 0,
    };
  }

  #elastic(name: string): number {
    const alpha = this.#parameters.get(`${name}.alpha`)!.dataSync()[0]!;
    if (alpha === 0) throw new Error(`${name}: expected a trained scale, found one that has not met a batch yet: train the model first`);
    return Math.max(alpha, smallestFactor);
  }

  #norm(name: string): PackedNorm {
    const shape = [this.#definition.config.embedDim];
    return { weight: this.#float(`${name}.weight`, shape), bias: this.#float(`${name}.bias`, shape) };
  }

  #size(name: string): number {
    return this.#parameters.get(name)!.size;
  }

  /** Takes a parameter over as it is; returns its name. */
  #float(name: string, shape: readonly number[]): string {
    return this.#put(name, this.#values(name), shape);
  }

  /** The same for one of the large ones, which may be rounded. */
  #matrix(name: string, shape: readonly number[], values = this.#values(name)): string {
    if (!this.#half) return this.#put(name, values, shape);
    const large = values.find(value => Math.abs(value) >= 65520);
    if (large !== undefined) throw new RangeError(`${name}: expected values below 65520, which 16 bits can hold, found ${large}: pack it without half`);
    return this.#put(name, toHalf(values), shape);
  }

  #values(name: string): Float32Array {
    const variable = this.#parameters.get(name);
    if (variable === undefined) throw new RangeError(`${name}: expected the model to have this parameter, found none`);
    return Float32Array.from(variable.dataSync());
  }

  #put(name: string, data: Float32Array | Uint32Array | Uint16Array, shape: readonly number[]): string {
    const dtype = data instanceof Float32Array ? 'F32' : data instanceof Uint32Array ? 'U32' : 'F16';
    this.#tensors.set(name, { dtype, shape: [...shape], data });
    return name;
  }
}

/** What is true of a matrix `[inputs, outputs]` as rows of bits of its outputs. */
function packedRows(matrix: ArrayLike<number>, inputs: number, outputs: number, isOne: (level: number) => boolean): Uint32Array {
  const words = wordsOf(inputs);
  const rows = new Uint32Array(outputs * words);
  for (let input = 0; input < inputs; input++) {
    for (let output = 0; output < outputs; output++) {
      if (isOne(matrix[input * outputs + output]!)) rows[output * words + (input >>> 5)]! |= 1 << (input & 31);
    }
  }
  return rows;
}

/** One row for each group of a matrix `[inputs, outputs]` in which the rows of a group are alike. */
function groupFactors(factors: ArrayLike<number>, inputs: number, outputs: number, groupSize: number): Float32Array {
  return Float32Array.from({ length: inputs / groupSize * outputs }, (_, i) => factors[Math.floor(i / outputs) * groupSize * outputs + i % outputs]!);
}
