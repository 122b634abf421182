import * as tf from '@tensorflow/tfjs';
import type { PackedInput, PackedModel } from '../inference/index.js';
import { toFloat32, toHalf, type SafetensorsTensor } from '../io/index.js';
import type { BinaryDense } from '../layers/index.js';
import { binaryDenseLayers, forward, vitParameters } from '../models/index.js';

/** How two computations of one layer agree. */
export interface LayerAgreement {
  readonly name: string;
  /** Largest difference of the outputs for the same input, the packed model's, in units of 1 + |output|: this layer's own. */
  readonly ownError: number;
}

/** How two computations of what a layer, or a part of it, takes agree: what all before it has made. */
export interface InputAgreement {
  readonly name: string;
  /** Largest difference of what the layer takes, in units of 1 + |value|: without scaling factors values are in the hundreds. */
  readonly largestError: number;
  /** Values on another side of the threshold, where the layer takes bits. */
  readonly signsApart: number;
  /** Values so near the threshold that rounding may decide their bit: within {@link rounding}. */
  readonly nearZero: number;
  readonly values: number;
}

/** A packed model beside the model that it was made from. */
export interface Verification {
  readonly images: number;
  /** Images of which both name the same class. */
  readonly sameClass: number;
  readonly largestLogitError: number;
  /** Every dense layer, in the order of computation, on its own. */
  readonly layers: readonly LayerAgreement[];
  /** What they take. */
  readonly inputs: readonly InputAgreement[];
  /**
   * The first layer that computes something else from the same input, or else that takes something else, or `logits`; null where
   * none does but for bits that rounding decided.
   */
  readonly firstDifference: string | null;
  /** Whether the two compute the same function: everything within {@link tolerance} but for images on a threshold. */
  readonly equal: boolean;
  /** Images in which the first difference is a bit that rounding decided. */
  readonly onThreshold: number;
}

/** Largest difference, of logits and in layers, that float32 sums in different orders explain. */
export const tolerance = 1e-4;
/** Distance from a threshold within which rounding may decide a bit. */
export const rounding = 1e-5;

/**
 * Runs a packed model and its original on the same images. Every dense layer is compared on its own, on what the packed model gives it,
 * so that no bit that rounding turned hides what follows; then all that the layers take, and the logits. The packed model adds its
 * integers exactly and its float sums in the order of the engine's kernels; the original adds in that of the active tfjs backend, which
 * should be the one of the same engine: elsewhere GELU far below 0 may be -0 or a tiny negative number, and that is a bit.
 * Parameters that the packed file holds in 16 bits are rounded in the original too while it is compared.
 *
 * @param images `[count, imgSize, imgSize, inChans]`, normalised
 */
export function verifyPacked(model: tf.LayersModel, packed: PackedModel, images: tf.Tensor4D): Verification {
  const restore = roundToHalf(model, packed.halves);
  try {
    return verify(model, packed, images);
  } finally {
    restore();
  }
}

/** Gives the model's parameters the precision that the packed ones have; returns what gives their own back. */
function roundToHalf(model: tf.LayersModel, names: readonly string[]): () => void {
  const rounded = vitParameters(model).filter(({ name }) => names.includes(name)).map(({ variable }) => ({ variable, own: variable.clone() }));
  for (const { variable } of rounded) {
    const half: SafetensorsTensor = { dtype: 'F16', shape: variable.shape, data: toHalf(variable.dataSync() as Float32Array) };
    tf.tidy(() => { variable.assign(tf.tensor(toFloat32(half), variable.shape)); });
  }
  return () => {
    for (const { variable, own } of rounded) {
      variable.assign(own);
      own.dispose();
    }
  };
}

function verify(model: tf.LayersModel, packed: PackedModel, images: tf.Tensor4D): Verification {
  const count = images.shape[0];
  const compared = Array.from({ length: count }, (_, image) => compareImage(model, packed, tf.tidy(() => tf.slice(images, image, 1))));
  const inputs = compared[0]!.inputs.map(({ name }, index) => joined(name, compared.map(image => image.inputs[index]!)));
  const layers = compared[0]!.layers.map(({ name }, index) => ({ name, ownError: Math.max(...compared.map(image => image.layers[index]!.ownError)) }));
  const faulty = layers.find(({ ownError }) => !(ownError <= tolerance));
  const places = compared.filter(({ difference }) => difference !== null && !difference.byRounding).map(({ difference }) => difference!.at);
  return {
    images: count,
    sameClass: compared.filter(({ logits, expected }) => argMax(logits) === argMax(expected)).length,
    largestLogitError: Math.max(...compared.map(({ error }) => error)),
    layers,
    inputs,
    firstDifference: faulty?.name ?? (places.length === 0 ? null : inputs[Math.min(...places)]?.name ?? 'logits'),
    equal: faulty === undefined && places.length === 0,
    onThreshold: compared.filter(({ difference }) => difference?.byRounding === true).length,
  };
}

interface ComparedImage {
  readonly layers: LayerAgreement[];
  readonly inputs: InputAgreement[];
  readonly logits: Float32Array;
  readonly expected: Float32Array;
  readonly error: number;
  /** Index of the first layer that takes something else, behind the last one for the logits; and whether rounding explains it. */
  readonly difference: { readonly at: number; readonly byRounding: boolean } | null;
}

/** Takes `image` over and disposes it. */
function compareImage(model: tf.LayersModel, packed: PackedModel, image: tf.Tensor4D): ComparedImage {
  const taken = new Map<string, Float32Array>();
  const original = forward(model, image, {
    training: false,
    input: (name, values) => { taken.set(name, Float32Array.from(values.dataSync())); },
  });
  const expected = Float32Array.from(original.dataSync());
  const dense = new Map(binaryDenseLayers(model).map(layer => [layer.name, layer]));
  const layers: LayerAgreement[] = [];
  const inputs: InputAgreement[] = [];
  const logits = packed.run(Float32Array.from(image.dataSync()), {
    taken(name, values, input) { inputs.push(agreement(name, values, taken.get(name)!, input)); },
    computed(name, x, y) { layers.push({ name, ownError: ownError(dense.get(name)!, x, y) }); },
  });
  tf.dispose([original, image]);
  const error = largestDifference(logits, expected);
  return { layers, inputs, logits, expected, error, difference: firstDifference(inputs, error) };
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
  const expected = tf.tidy(() => {
    const rows = x.length / layer.inputDim;
    const tokens = tf.tensor3d(x, [1, rows, layer.inputDim]);
    return layer.forward(rows === 1 ? tf.squeeze(tokens, [0]) : tokens, { training: false }).dataSync();
  });
  return y.reduce((largest, value, i) => Math.max(largest, Math.abs(value - expected[i]!) / (1 + Math.abs(expected[i]!))), 0);
}

function agreement(name: string, found: Float32Array, expected: Float32Array, input: PackedInput | null): InputAgreement {
  const edge = input?.threshold ?? 0;
  let largestError = 0;
  let signsApart = 0;
  let nearZero = 0;
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [found[i]!, expected[i]!];
    largestError = Math.max(largestError, Math.abs(a - b) / (1 + Math.abs(b)));
    if (input === null) continue;
    if (a >= edge !== b >= edge) signsApart++;
    if (Math.abs(b - edge) <= rounding) nearZero++;
  }
  return { name, largestError, signsApart, nearZero, values: expected.length };
}

function joined(name: string, images: readonly InputAgreement[]): InputAgreement {
  const sum = (value: (layer: InputAgreement) => number): number => images.reduce((total, layer) => total + value(layer), 0);
  return {
    name, largestError: Math.max(...images.map(({ largestError }) => largestError)),
    signsApart: sum(layer => layer.signsApart), nearZero: sum(layer => layer.nearZero), values: sum(layer => layer.values),
  };
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

function argMax(values: Float32Array): number {
  return values.indexOf(Math.max(...values));
}
