import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../src/backend/index.js';
import type { BinarizationPlan } from '../../src/binarize/index.js';
import { PackedModel, type PackedDense, type PackedFile, type PackedInput } from '../../src/inference/index.js';
import { bitAt, dotProducts, packAbove, packBits, packSigns, type PackedWeights } from '../../src/kernels/reference.js';
import { binaryLayers, inputBinarizers, vitPresets, type VitConfig } from '../../src/models/index.js';
import { packModel } from '../../src/packing/index.js';
import { engines } from '../kernels/workspace.js';
import { build, images, plansFor } from './plans.js';

/** Rows of two words and of three, and sequences of two, all with pads. */
const config: VitConfig = { ...vitPresets.vit_nano, imgSize: 24, patchSize: 4, inChans: 1, embedDim: 36, numHeads: 2, depth: 1, numClasses: 5 };
const { embedDim: dim, numHeads: heads } = config;
const [tokens, headDim] = [36, dim / heads];

/** What the packed model takes, makes and counts in a run of an image. */
class Run {
  readonly taken = new Map<string, { readonly values: Float32Array; readonly inputs: number; readonly input: PackedInput | null }>();
  readonly counted = new Map<string, Float32Array>();
  /** Inputs of dense layers, or their parts; and of attention q, k, v and P. */
  readonly made = new Map<string, Float32Array>();

  constructor(readonly file: PackedFile, packed: PackedModel, image: Float32Array) {
    packed.run(image, {
      taken: (name, values, inputs, input) => { this.taken.set(name, { values, inputs, input }); },
      counted: (name, dots) => { this.counted.set(name, dots); },
      attended: (name, probabilities) => { this.made.set(`${name}.probabilities`, probabilities); },
      computed: (name, x, y) => {
        for (const part of [name, ...['q', 'k', 'v'].map(third => name.replace(/qkv$/, third))]) this.made.set(part, x);
        if (name.endsWith('qkv')) ['query', 'key', 'value'].forEach((operand, third) => { this.made.set(name.replace('qkv', operand), thirdOf(y, third)); });
      },
    });
  }
}

/** Columns [dim third, dim (third + 1)) of `[tokens, 3 dim]`. */
function thirdOf(qkv: Float32Array, third: number): Float32Array {
  return Float32Array.from({ length: tokens * dim }, (_, at) => qkv[Math.floor(at / dim) * 3 * dim + third * dim + at % dim]!);
}

/** Element [row, column] of head `head` of `[tokens, dim]`. */
const inHead = (head: number, row: number, column: number): number => row * dim + head * headDim + column;

/** Products of the reference kernels, on the bits in the file and those of what is taken. */
function byReference({ file, taken }: Run, name: string): number[] {
  const bitsOf = (operand: string): { readonly at: (element: number) => number; readonly bits: Uint32Array; readonly rows: number; readonly inputs: number; readonly isSigned: boolean } => {
    const { values, inputs, input } = taken.get(operand)!;
    const isSigned = input!.levels === 'signed';
    const rows = values.length / inputs;
    const bits = isSigned ? packSigns(values, null, rows, inputs, inputs) : packAbove(values, rows, inputs, input!.threshold, input!.fraction).bits;
    return { at: element => bitAt(bits, Math.floor(element / inputs), element % inputs, inputs), bits, rows, inputs, isSigned };
  };
  const weights = (signs: Uint32Array, isSigned: boolean): PackedWeights => ({ signs, kept: isSigned ? null : signs });
  const attention = name.replace(/\.\w+$/, '');
  if (name.endsWith('.scores')) {
    const [query, key] = [bitsOf(`${attention}.query`), bitsOf(`${attention}.key`)];
    return Array.from({ length: heads }, (_, head) => {
      const [q, k] = [query, key].map(({ at }) => packBits(Array.from({ length: tokens * headDim }, (_bit, i) => at(inHead(head, Math.floor(i / headDim), i % headDim))), tokens, headDim)) as [Uint32Array, Uint32Array];
      return [...dotProducts(q, weights(k, key.isSigned), tokens, headDim, tokens, query.isSigned)];
    }).flat();
  }
  if (name.endsWith('.probabilities')) {
    const [chances, value] = [bitsOf(name), bitsOf(`${attention}.value`)];
    return Array.from({ length: heads }, (_, head) => {
      const words = chances.bits.length / heads;
      const columns = packBits(Array.from({ length: headDim * tokens }, (_bit, i) => value.at(inHead(head, i % tokens, Math.floor(i / tokens)))), headDim, tokens);
      return [...dotProducts(chances.bits.subarray(head * words, (head + 1) * words), weights(columns, value.isSigned), tokens, tokens, headDim, chances.isSigned)];
    }).flat();
  }
  const { bits, rows, inputs, isSigned } = bitsOf(name);
  const plane = (kind: string): Uint32Array | null => (file.tensors.get(`${name}.${kind}`)?.data as Uint32Array | undefined) ?? null;
  const signs = plane('signs')!;
  return [...dotProducts(bits, { signs, kept: plane('kept') }, rows, inputs, file.tensors.get(`${name}.signs`)!.shape[0]!, isSigned)];
}

/** Products of the training graph: its levels, of the same inputs and of its weights, added as integers. */
function byTraining(model: tf.LayersModel, { made }: Run, name: string): number[] {
  const levels = (binarizer: string, x: Float32Array, inputs: number): Int32Array => tf.tidy(() =>
    Int32Array.from(inputBinarizers(model).find(one => one.name === binarizer)!.levels(tf.tensor(x, [x.length / inputs, inputs])).dataSync()));
  const products = (rows: number, outputs: number, inputs: number, left: (row: number, i: number) => number, right: (i: number, output: number) => number): number[] =>
    Array.from({ length: rows * outputs }, (_, at) => {
      let sum = 0;
      for (let i = 0; i < inputs; i++) sum += left(Math.floor(at / outputs), i) * right(i, at % outputs);
      return sum;
    });
  const operand = (which: string, inputs: number): Int32Array => levels(which, made.get(which)!, inputs);
  const attention = name.replace(/\.\w+$/, '');
  if (name.endsWith('.scores')) {
    const [q, k] = [operand(`${attention}.query`, dim), operand(`${attention}.key`, dim)];
    return Array.from({ length: heads }, (_, head) => products(tokens, tokens, headDim, (row, i) => q[inHead(head, row, i)]!, (i, column) => k[inHead(head, column, i)]!)).flat();
  }
  if (name.endsWith('.probabilities')) {
    const [p, v] = [operand(name, tokens), operand(`${attention}.value`, dim)];
    return Array.from({ length: heads }, (_, head) =>
      products(tokens, headDim, tokens, (row, i) => p[(head * tokens + row) * tokens + i]!, (i, column) => v[inHead(head, i, column)]!)).flat();
  }
  const weight = binaryLayers(model).find(layer => layer.name === name)!.binary();
  const [inputs, outputs] = weight.shape;
  const w = Int32Array.from(weight.dataSync());
  weight.dispose();
  const x = levels(`${name}.input`, made.get(name)!, inputs);
  return products(x.length / inputs, outputs, inputs, (row, i) => x[row * inputs + i]!, (i, output) => w[i * outputs + output]!);
}

/** Products of which both operands are bits, by the plan. */
function expectedNames({ program }: PackedFile): string[] {
  const dense = ({ columns }: PackedDense): string[] => columns.flatMap(part => part.input !== null && 'signs' in part.weight && part.weight.group === undefined ? [part.name] : []);
  const blocks = program.blocks.flatMap(({ name, qkv, products, proj, fc1, fc2 }) => {
    const pairs = products === null ? [] : [
      ...products.query !== null && products.key !== null ? [`${name}.attn.scores`] : [],
      // A factor for each value stands inside of the sum: there it is one of floats.
      ...products.probabilities !== null && products.value?.scale === 'none' ? [`${name}.attn.probabilities`] : [],
    ];
    return [...dense(qkv), ...pairs, ...dense(proj), ...dense(fc1), ...dense(fc2)];
  });
  return [...dense(program.patches), ...blocks, ...program.heads.flatMap(dense)];
}

beforeAll(async () => { await useBackend('cpu'); });

describe.each(engines)('the integers of a packed model on %s', (_, engine) => {
  it.each(plansFor(config).map((plan): [string, BinarizationPlan] => [plan.name, plan]))('are those of the reference kernels and of the training graph, one by one: %s', (_name, plan) => {
    const model = build(config, plan);
    const file = packModel(model, { preprocessing: null, classes: null, provenance: {} });
    const packed = PackedModel.from(file, engine);
    const x = images(config, 1);
    const run = new Run(file, packed, x.dataSync() as Float32Array);
    expect([...run.counted.keys()]).toEqual(expectedNames(file));
    for (const [name, dots] of run.counted) {
      const expected = byTraining(model, run, name);
      expect([...dots].findIndex((dot, i) => dot !== expected[i]), name).toBe(-1);
      expect(byReference(run, name)).toEqual(expected);
      expect(dots).toHaveLength(expected.length);
    }
    packed.dispose();
    model.dispose();
    x.dispose();
  });
});
