import * as tf from '@tensorflow/tfjs';
import type { PackedModel } from '../inference/index.js';
import { toFloat32, toHalf, type SafetensorsTensor } from '../io/index.js';
import { vitParameters } from '../models/index.js';
import { compareImage, tolerance, type ComparedImage, type InputAgreement, type LayerAgreement } from './compare-image.js';
import { OriginalIntegers } from './original-integers.js';

/** A packed model beside the model that it was made from. */
export interface Verification {
  readonly images: number;
  /** Images of which both name the same class. */
  readonly sameClass: number;
  readonly largestLogitError: number;
  /** Every dense layer, in the order of computation, on its own, and every product of bits. */
  readonly layers: readonly LayerAgreement[];
  /** What they take. */
  readonly inputs: readonly InputAgreement[];
  /** Integers of products of bits that were compared, one by one. */
  readonly integers: number;
  /**
   * The first layer that computes something else from the same input, or else that takes something else, or `logits`; null where
   * none does but for bits that rounding decided.
   */
  readonly firstDifference: string | null;
  /** Whether the two compute the same function: integers the same, everything else within {@link tolerance}, but for images on a threshold. */
  readonly equal: boolean;
  /** Images in which the first difference is a bit that rounding decided. */
  readonly onThreshold: number;
}

/**
 * Runs a packed model and its original on the same images. Every dense layer is compared on its own, on what the packed model gives it,
 * so that no bit that rounding turned hides what follows: the integers of its product of bits, which must be those of the original's
 * levels, and what it makes of them; so are the integers of attention's products. Then all that the layers take, and the logits. The packed
 * model adds its float sums in the order of the engine's kernels; the original adds in that of the active tfjs backend, which should be the one of the same engine: elsewhere GELU far below 0 may be -0 or a tiny negative number, and that is a bit.
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
  const integers = new OriginalIntegers(model);
  let compared: readonly ComparedImage[];
  try {
    compared = Array.from({ length: count }, (_, image) => compareImage(model, integers, packed, tf.tidy(() => tf.slice(images, image, 1))));
  } finally {
    integers.dispose();
  }
  const inputs = compared[0]!.inputs.map(({ name }, index) => joined(name, compared.map(image => image.inputs[index]!)));
  const layers = compared[0]!.layers.map(({ name }, index) => joinedLayer(name, compared.map(image => image.layers[index]!)));
  const faulty = layers.find(({ integersApart, ownError }) => integersApart > 0 || !((ownError ?? 0) <= tolerance));
  const places = compared.filter(({ difference }) => difference !== null && !difference.byRounding).map(({ difference }) => difference!.at);
  return {
    images: count,
    sameClass: compared.filter(({ logits, expected }) => argMax(logits) === argMax(expected)).length,
    largestLogitError: Math.max(...compared.map(({ error }) => error)),
    layers,
    inputs,
    integers: sumOf(layers, layer => layer.integers),
    firstDifference: faulty?.name ?? (places.length === 0 ? null : inputs[Math.min(...places)]?.name ?? 'logits'),
    equal: faulty === undefined && places.length === 0,
    onThreshold: compared.filter(({ difference }) => difference?.byRounding === true).length,
  };
}

function joined(name: string, images: readonly InputAgreement[]): InputAgreement {
  return {
    name, largestError: Math.max(...images.map(({ largestError }) => largestError)),
    signsApart: sumOf(images, input => input.signsApart), nearZero: sumOf(images, input => input.nearZero), values: sumOf(images, input => input.values),
  };
}

function joinedLayer(name: string, images: readonly LayerAgreement[]): LayerAgreement {
  return {
    name, integers: sumOf(images, layer => layer.integers), integersApart: sumOf(images, layer => layer.integersApart),
    ownError: images[0]!.ownError === null ? null : Math.max(...images.map(({ ownError }) => ownError!)),
  };
}

function sumOf<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

function argMax(values: Float32Array): number {
  return values.indexOf(Math.max(...values));
}
