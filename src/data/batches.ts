import * as tf from '@tensorflow/tfjs';
import { Random, type RandomState } from '../backend/index.js';
import type { Normalization } from '../pictures/index.js';
import { drawPlacement, type Augmentation } from './augmentation.js';
import { ImageWriter } from './image-writer.js';
import type { ImageView } from './image-set.js';

/** How {@link Batches} draws. */
export interface BatchesOptions {
  /** Images a batch. */
  readonly batchSize: number;
  readonly normalization: Normalization;
  /** `null`: images as they are. */
  readonly augmentation: Augmentation | null;
  /** A new random order every epoch, else the view's order. */
  readonly shuffle: boolean;
  /** Needed for shuffling and for augmentation, which fork a generator each; it is not advanced itself. */
  readonly random?: Random;
}

/** Images with their labels; the tensors belong to whoever receives them. */
export interface Batch {
  /** `[batch, height, width, channels]`, normalised. */
  readonly images: tf.Tensor4D;
  /** `[batch]`, int32. */
  readonly labels: tf.Tensor1D;
}

/** Where {@link Batches} stands; plain JSON, the same size at any point of an epoch. */
export interface BatchesState {
  /** Epochs completed. */
  readonly epoch: number;
  /** Images of the current epoch that were given out. */
  readonly position: number;
  /** The generator as it was before it drew the current epoch's order; `null` without shuffling. */
  readonly order: RandomState | null;
  /** The generator of crops and flips; `null` without augmentation. */
  readonly augmentation: RandomState | null;
}

/**
 * Endless batches of a fixed size. An epoch gives every image of the view exactly once. Where the view's size is no multiple
 * of the batch size, the last batch of an epoch is filled with the first images of the next one, so that no image is dropped
 * and every batch has the same size.
 */
export class Batches {
  readonly #view: ImageView;
  readonly #batchSize: number;
  readonly #augmentation: Augmentation | null;
  readonly #writer: ImageWriter;
  #orderRandom: Random | null;
  #augmentationRandom: Random | null;
  #orderState: RandomState | null = null;
  #order: Uint32Array;
  #epoch = 0;
  #position = 0;

  /** @throws RangeError when an option is out of range, or a generator is needed and missing */
  constructor(view: ImageView, { batchSize, normalization, augmentation, shuffle, random }: BatchesOptions) {
    if (!Number.isInteger(batchSize) || batchSize < 1) throw new RangeError(`batchSize: expected an integer from 1, found ${batchSize}`);
    if (view.count === 0) throw new RangeError(`${view.set.name}: expected at least one image to make batches of, found none`);
    if (augmentation && (!Number.isInteger(augmentation.crop) || augmentation.crop < 0)) {
      throw new RangeError(`augmentation.crop: expected an integer from 0, found ${augmentation.crop}`);
    }
    if ((shuffle || augmentation) && !random) throw new RangeError('random: expected a generator for shuffling and augmentation, found none');
    this.#view = view;
    this.#batchSize = batchSize;
    this.#augmentation = augmentation;
    this.#writer = new ImageWriter(view.set, normalization);
    this.#orderRandom = shuffle ? random!.fork('order') : null;
    this.#augmentationRandom = augmentation ? random!.fork('augmentation') : null;
    this.#order = this.#drawOrder();
  }

  /**
   * The next batch. The tensors keep their values when further batches are drawn.
   *
   * @returns the batch, with the epoch (from 0) of its first image
   */
  next(): Batch & { readonly epoch: number } {
    const { set, indices, count } = this.#view;
    const size = set.height * set.width * set.channels;
    // Not reused: backends may keep this very array as the tensor's values.
    const images = new Float32Array(this.#batchSize * size);
    const labels = new Int32Array(this.#batchSize);
    if (this.#position === count) this.#startEpoch();
    const epoch = this.#epoch;
    for (let item = 0; item < this.#batchSize; item++) {
      if (this.#position === count) this.#startEpoch();
      const index = indices[this.#order[this.#position++]!]!;
      labels[item] = set.labels[index]!;
      if (this.#augmentation) {
        const placement = drawPlacement(this.#augmentation, this.#augmentationRandom!);
        this.#writer.writePlaced(index, placement, this.#augmentation.crop, images, item * size);
      } else {
        this.#writer.write(index, images, item * size);
      }
    }
    return { ...toTensors(images, labels, this.#view), epoch };
  }

  /** For {@link restore}: batches after it equal those that would have come next, bit for bit. */
  state(): BatchesState {
    return {
      epoch: this.#epoch,
      position: this.#position,
      order: this.#orderState,
      augmentation: this.#augmentationRandom?.state() ?? null,
    };
  }

  /**
   * Goes on where `state` was taken from batches of the same view and options.
   *
   * @throws RangeError when it cannot have come from there
   */
  restore({ epoch, position, order, augmentation }: BatchesState): void {
    if (position > this.#view.count || (order === null) !== (this.#orderRandom === null)
      || (augmentation === null) !== (this.#augmentationRandom === null)) {
      throw new RangeError(`state: expected one of batches of ${this.#view.count} images ${this.#orderRandom ? 'with' : 'without'} shuffling and `
        + `${this.#augmentationRandom ? 'with' : 'without'} augmentation, found position ${position}, `
        + `${order ? 'with' : 'without'} shuffling and ${augmentation ? 'with' : 'without'} augmentation`);
    }
    this.#orderRandom = order && Random.restore(order);
    this.#augmentationRandom = augmentation && Random.restore(augmentation);
    this.#order = this.#drawOrder();
    this.#epoch = epoch;
    this.#position = position;
  }

  #startEpoch(): void {
    this.#order = this.#drawOrder();
    this.#epoch++;
    this.#position = 0;
  }

  #drawOrder(): Uint32Array {
    this.#orderState = this.#orderRandom?.state() ?? null;
    return this.#orderRandom?.permutation(this.#view.count) ?? Uint32Array.from({ length: this.#view.count }, (_, place) => place);
  }
}

/** All images of a view once, in its order; the last batch may be smaller. */
export function* evaluationBatches(view: ImageView, batchSize: number, normalization: Normalization): Generator<Batch, void, undefined> {
  if (!Number.isInteger(batchSize) || batchSize < 1) throw new RangeError(`batchSize: expected an integer from 1, found ${batchSize}`);
  const { set, indices, count } = view;
  const size = set.height * set.width * set.channels;
  const writer = new ImageWriter(set, normalization);
  for (let start = 0; start < count; start += batchSize) {
    const batch = indices.subarray(start, start + batchSize);
    const images = new Float32Array(batch.length * size);
    batch.forEach((index, item) => { writer.write(index, images, item * size); });
    yield toTensors(images, Int32Array.from(batch, index => set.labels[index]!), view);
  }
}

function toTensors(images: Float32Array, labels: Int32Array, { set: { height, width, channels } }: ImageView): Batch {
  return {
    images: tf.tensor4d(images, [labels.length, height, width, channels]),
    labels: tf.tensor1d(labels, 'int32'),
  };
}
