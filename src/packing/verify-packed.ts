import * as tf from '@tensorflow/tfjs';
import type { PackedInput, PackedModel } from '../inference/index.js';
import { forward } from '../models/index.js';

/** How two computations of what one layer takes agree. */
export interface LayerAgreement {
  readonly name: string;
  /** Largest absolute difference of what the layer takes. */
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
  /** Every dense layer, in the order of computation. */
  readonly layers: readonly LayerAgreement[];
  /** The first layer that takes something else, or `logits`; null where none does but for bits that rounding decided. */
  readonly firstDifference: string | null;
  /** Whether the two compute the same function: everything within {@link logitTolerance} but for images on a threshold. */
  readonly equal: boolean;
  /** Images in which the first difference is a bit that rounding decided. */
  readonly onThreshold: number;
}

/** Largest difference of two logits that float32 sums in different orders explain. */
export const logitTolerance = 1e-4;
/** Distance from a threshold within which rounding may decide a bit. */
export const rounding = 1e-5;

/**
 * Runs a packed model and its original on the same images and compares what every dense layer takes and the logits. The packed
 * model adds its integers exactly and its float sums in the order of the engine's kernels; the original adds in that of the active
 * tfjs backend.
 *
 * @param images `[count, imgSize, imgSize, inChans]`, normalised
 */
export function verifyPacked(model: tf.LayersModel, packed: PackedModel, images: tf.Tensor4D): Verification {
  const count = images.shape[0];
  const compared = Array.from({ length: count }, (_, image) => compareImage(model, packed, tf.tidy(() => tf.slice(images, image, 1))));
  const layers = compared[0]!.layers.map(({ name }, index) => joined(name, compared.map(image => image.layers[index]!)));
  const places = compared.filter(({ difference }) => difference !== null && !difference.byRounding).map(({ difference }) => difference!.at);
  return {
    images: count,
    sameClass: compared.filter(({ logits, expected }) => argMax(logits) === argMax(expected)).length,
    largestLogitError: Math.max(...compared.map(({ error }) => error)),
    layers,
    firstDifference: places.length === 0 ? null : layers[Math.min(...places)]?.name ?? 'logits',
    equal: places.length === 0,
    onThreshold: compared.filter(({ difference }) => difference?.byRounding === true).length,
  };
}

interface ComparedImage {
  readonly layers: LayerAgreement[];
  readonly logits: Float32Array;
  readonly expected: Float32Array;
  readonly error: number;
  /** Index of the first layer that takes something else, behind the last one for the logits; and whether rounding explains it. */
  readonly difference: { readonly at: number; readonly byRounding: boolean } | null;
}

/** Takes `image` over and disposes it. */
function compareImage(model: tf.LayersModel, packed: PackedModel, image: tf.Tensor4D): ComparedImage {
  const inputs = new Map<string, Float32Array>();
  const original = forward(model, image, {
    training: false,
    input: (name, values) => { inputs.set(name, Float32Array.from(values.dataSync())); },
  });
  const expected = Float32Array.from(original.dataSync());
  const layers: LayerAgreement[] = [];
  const logits = packed.run(Float32Array.from(image.dataSync()), (name, values, input) => { layers.push(agreement(name, values, inputs.get(name)!, input)); });
  tf.dispose([original, image]);
  const error = largestDifference(logits, expected);
  return { layers, logits, expected, error, difference: firstDifference(layers, error) };
}

/** A bit that rounding decided is no difference of the functions; what comes after it is. */
function firstDifference(layers: readonly LayerAgreement[], error: number): ComparedImage['difference'] {
  const at = layers.findIndex(({ signsApart, largestError }) => signsApart > 0 || largestError > logitTolerance);
  const first = layers[at];
  if (first === undefined) return error > logitTolerance ? { at: layers.length, byRounding: false } : null;
  return { at, byRounding: first.largestError <= logitTolerance && first.signsApart <= first.nearZero };
}

function agreement(name: string, found: Float32Array, expected: Float32Array, input: PackedInput | null): LayerAgreement {
  const edge = input?.threshold ?? 0;
  let largestError = 0;
  let signsApart = 0;
  let nearZero = 0;
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [found[i]!, expected[i]!];
    largestError = Math.max(largestError, Math.abs(a - b));
    if (input === null) continue;
    if (a >= edge !== b >= edge) signsApart++;
    if (Math.abs(b - edge) <= rounding) nearZero++;
  }
  return { name, largestError, signsApart, nearZero, values: expected.length };
}

function joined(name: string, images: readonly LayerAgreement[]): LayerAgreement {
  const sum = (value: (layer: LayerAgreement) => number): number => images.reduce((total, layer) => total + value(layer), 0);
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
