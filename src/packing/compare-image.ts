import * as tf from '@tensorflow/tfjs';
import type { PackedInput, PackedModel } from '../inference/index.js';
import type { BinaryDense } from '../layers/index.js';
import { binaryDenseLayers, forward } from '../models/index.js';
import { valuesOf, type OriginalIntegers } from './original-integers.js';

/** How two computations of one layer, or of a product in it, agree for the same input, the packed model's. */
export interface LayerAgreement {
  /** A dense layer, its part, or a product of attention: `blocks.0.attn.scores` for QKᵀ, `blocks.0.attn.probabilities` for PV. */
  readonly name: string;
  /** Integers that products of bits give, before factors and bias; 0 where an operand is float. */
  readonly integers: number;
  /** How many of them are others. */
  readonly integersApart: number;
  /** Largest difference of the outputs, in units of 1 + |output|; null for a part. */
  readonly ownError: number | null;
}

/** How two computations of what a layer, a part of it, or a product of attention takes agree: what all before it has made. */
export interface InputAgreement {
  readonly name: string;
  /** Largest difference of what it takes, in units of 1 + |value|: without scaling factors values are in the hundreds. */
  readonly largestError: number;
  /** Values on another side of the threshold, where bits are taken. */
  readonly signsApart: number;
  /** Values so near the threshold that rounding may decide their bit: within {@link rounding}. */
  readonly nearZero: number;
  readonly values: number;
}

/** Largest difference, of logits and in layers, that float32 sums in different orders explain. */
export const tolerance = 1e-4;
/** Distance from a threshold within which rounding may decide a bit. */
export const rounding = 1e-5;

export interface ComparedImage {
  readonly layers: LayerAgreement[];
  readonly inputs: InputAgreement[];
  readonly logits: Float32Array;
  readonly expected: Float32Array;
  readonly error: number;
  /** Index of the first layer that takes something else, behind the last one for the logits; and whether rounding explains it. */
  readonly difference: { readonly at: number; readonly byRounding: boolean } | null;
}

/** Takes `image` over and disposes it. */
export function compareImage(model: tf.LayersModel, integers: OriginalIntegers, packed: PackedModel, image: tf.Tensor4D): ComparedImage {
  const taken = new Map<string, Float32Array>();
  const original = forward(model, image, {
    training: false,
    input: (name, values) => { taken.set(name, Float32Array.from(values.dataSync())); },
  });
  const expected = Float32Array.from(original.dataSync());
  const layers = new LayerComparison(model, integers, packed.tokens);
  const inputs: InputAgreement[] = [];
  const logits = packed.run(Float32Array.from(image.dataSync()), {
    taken(name, values, features, input) { inputs.push(agreement(name, values, taken.get(name)!, features, input)); },
    counted: (name, dots) => { layers.counted(name, dots); },
    attended: (name, probabilities) => { layers.attended(name, probabilities); },
    computed: (name, x, y) => { layers.computed(name, x, y); },
  });
  tf.dispose([original, image]);
  const error = largestDifference(logits, expected);
  return { layers: layers.agreements(), inputs, logits, expected, error, difference: firstDifference(inputs, error) };
}

/** Layers of a run of the packed model, each beside what the original makes of the same input. */
class LayerComparison {
  readonly #dense: ReadonlyMap<string, BinaryDense>;
  readonly #integers: OriginalIntegers;
  readonly #tokens: number;
  readonly #agreements = new Map<string, LayerAgreement>();
  /** Of parts of a layer whose input is not there yet. */
  readonly #counted = new Map<string, Float32Array>();
  #qkv: Float32Array = new Float32Array();
  #probabilities: Float32Array = new Float32Array();

  constructor(model: tf.LayersModel, integers: OriginalIntegers, tokens: number) {
    this.#dense = new Map(binaryDenseLayers(model).map(layer => [layer.name, layer]));
    this.#integers = integers;
    this.#tokens = tokens;
  }

  counted(name: string, dots: Float32Array): void {
    const [, attention, product] = /^(.*)\.(scores|probabilities)$/.exec(name) ?? [];
    if (product === undefined) this.#counted.set(name, dots);
    else if (product === 'scores') this.#compare(name, dots, this.#integers.scores(attention!, this.#qkv, this.#tokens));
    else this.#compare(name, dots, this.#integers.values(attention!, this.#qkv, this.#probabilities, this.#tokens));
  }

  attended(_name: string, probabilities: Float32Array): void {
    this.#probabilities = probabilities;
  }

  computed(name: string, x: Float32Array, y: Float32Array): void {
    if (name.endsWith('.qkv')) this.#qkv = y;
    for (const [part, dots] of this.#counted) this.#compare(part, dots, this.#integers.dense(part, x));
    this.#counted.clear();
    const { integers = 0, integersApart = 0 } = this.#agreements.get(name) ?? {};
    this.#agreements.set(name, { name, integers, integersApart, ownError: ownError(this.#dense.get(name)!, x, y) });
  }

  agreements(): LayerAgreement[] {
    return [...this.#agreements.values()];
  }

  #compare(name: string, found: Float32Array, expected: Float32Array): void {
    this.#agreements.set(name, { name, integers: expected.length, integersApart: found.reduce((apart, dot, i) => apart + (dot === expected[i] ? 0 : 1), 0), ownError: null });
  }
}

/** A bit that rounding decided is no difference of the functions; what comes after it is. */
function firstDifference(inputs: readonly InputAgreement[], error: number): ComparedImage['difference'] {
  const at = inputs.findIndex(({ signsApart, largestError }) => signsApart > 0 || largestError > tolerance);
  const first = inputs[at];
  if (first === undefined) return error > tolerance ? { at: inputs.length, byRounding: false } : null;
  return { at, byRounding: first.largestError <= tolerance && first.signsApart <= first.nearZero };
}

/** What the original layer makes of an input, held against what the packed one made of it. */
function ownError(layer: BinaryDense, x: Float32Array, y: Float32Array): number {
  const expected = valuesOf(() => {
    const rows = x.length / layer.inputDim;
    const tokens = tf.tensor3d(x, [1, rows, layer.inputDim]);
    return layer.forward(rows === 1 ? tf.squeeze(tokens, [0]) : tokens, { training: false });
  });
  return y.reduce((largest, value, i) => Math.max(largest, Math.abs(value - expected[i]!) / (1 + Math.abs(expected[i]!))), 0);
}

function agreement(name: string, found: Float32Array, expected: Float32Array, features: number, input: PackedInput | null): InputAgreement {
  let largestError = 0;
  let signsApart = 0;
  let nearZero = 0;
  for (let row = 0; row < expected.length; row += features) {
    const edges = [found, expected].map(values => edgeOf(values.subarray(row, row + features), input)) as [number, number];
    for (let i = row; i < row + features; i++) {
      const [a, b] = [found[i]!, expected[i]!];
      largestError = Math.max(largestError, Math.abs(a - b) / (1 + Math.abs(b)));
      if (input === null) continue;
      if (isUpper(a, edges[0], input) !== isUpper(b, edges[1], input)) signsApart++;
      if (Math.abs(b - edges[1]) <= rounding) nearZero++;
    }
  }
  return { name, largestError, signsApart, nearZero, values: expected.length };
}

/** Where the levels of a row part: a number, or a share of its maximum. */
function edgeOf(row: Float32Array, input: PackedInput | null): number {
  if (input === null || input.fraction === 0) return input?.threshold ?? 0;
  return Math.max(input.fraction * row.reduce((largest, value) => Math.max(largest, value), -Infinity), 1e-30);
}

function isUpper(value: number, edge: number, { levels }: PackedInput): boolean {
  return levels === 'signed' ? value >= edge : value > edge;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}
