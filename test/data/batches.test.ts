import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/backend/index.js';
import { Batches, evaluationBatches, viewOf, wholeView, type BatchesOptions } from '../../src/data/index.js';
import { numberedSet } from './image-sets.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Pixel values are written as they are. */
const asTheyAre = { mean: [0], std: [1 / 255] };
const plain: BatchesOptions = { batchSize: 4, normalization: asTheyAre, augmentation: null, shuffle: false };

interface Drawn {
  readonly epoch: number;
  readonly images: Float32Array;
  readonly labels: number[];
}

function draw(batches: Batches): Drawn {
  const { images, labels, epoch } = batches.next();
  const drawn = { epoch, images: images.dataSync<'float32'>().slice(), labels: [...labels.dataSync()] };
  tf.dispose([images, labels]);
  return drawn;
}

/** Which images of a {@link numberedSet} a batch holds. */
function numbersOf({ images }: Drawn, size: number): number[] {
  return Array.from({ length: images.length / size }, (_, item) => Math.round(images[item * size]!));
}

describe('Batches', () => {
  it('gives normalised images, int32 labels and their epoch, in the view\'s order', () => {
    const view = viewOf(numberedSet(10, { channels: 2 }), Uint32Array.of(7, 2, 5));
    const batches = new Batches(view, { ...plain, batchSize: 2, normalization: { mean: [0, 0.5], std: [1, 0.5] } });
    const { images, labels, epoch } = batches.next();
    expect([images.shape, labels.shape, images.dtype, labels.dtype, epoch]).toEqual([[2, 2, 2, 2], [2], 'float32', 'int32', 0]);
    expect([...labels.dataSync()]).toEqual([1, 2]);
    const values = images.dataSync();
    expect(values[0]).toBe(Math.fround(7 / 255));
    expect(values[1]).toBe(Math.fround((107 / 255 - 0.5) / 0.5));
    expect(values[8]).toBe(Math.fround(2 / 255));
    tf.dispose([images, labels]);
  });

  it('gives every image once an epoch, and fills the last batch from the next epoch, for any sizes', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 30 }), fc.boolean(), (count, batchSize, shuffle) => {
      const batches = new Batches(wholeView(numberedSet(count)), { ...plain, batchSize, shuffle, random: Random.seeded(1) });
      const drawn = Array.from({ length: Math.ceil(3 * count / batchSize) }, () => draw(batches));
      const numbers = drawn.flatMap(batch => numbersOf(batch, 4));
      for (let epoch = 0; epoch < 3; epoch++) {
        const inEpoch = numbers.slice(epoch * count, (epoch + 1) * count);
        expect([...inEpoch].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, image) => image));
        if (!shuffle) expect(inEpoch).toEqual([...inEpoch].sort((a, b) => a - b));
      }
      drawn.forEach((batch, index) => {
        expect(batch.epoch).toBe(Math.floor(index * batchSize / count));
        expect(batch.labels).toEqual(numbersOf(batch, 4).map(image => image % 3));
      });
    }), { numRuns: 60 });
  });

  it('shuffles every epoch anew, as the seed says', () => {
    const order = (seed: number): number[] => {
      const batches = new Batches(wholeView(numberedSet(50)), { ...plain, batchSize: 100, shuffle: true, random: Random.seeded(seed) });
      return numbersOf(draw(batches), 4);
    };
    expect(order(1)).toEqual(order(1));
    expect(order(1)).not.toEqual(order(2));
    expect(order(1).slice(0, 50)).not.toEqual(order(1).slice(50));
  });

  it('goes on bit for bit from a state that went through JSON, at any point of any epoch', () => {
    const view = wholeView(numberedSet(11));
    const options: BatchesOptions = { ...plain, augmentation: { crop: 1, flip: true }, shuffle: true, random: Random.seeded(5) };
    fc.assert(fc.property(fc.integer({ min: 0, max: 12 }), fc.boolean(), fc.boolean(), (steps, shuffle, augment) => {
      const chosen = { ...options, shuffle, augmentation: augment ? options.augmentation : null };
      const unbroken = new Batches(view, chosen);
      for (let step = 0; step < steps; step++) draw(unbroken);
      const state = JSON.stringify(unbroken.state());
      const resumed = new Batches(view, { ...chosen, random: Random.seeded(99) });
      resumed.restore(JSON.parse(state) as ReturnType<Batches['state']>);
      for (let step = 0; step < 8; step++) expect(draw(resumed)).toEqual(draw(unbroken));
      expect(resumed.state()).toEqual(unbroken.state());
    }), { numRuns: 40 });
  });

  it('neither advances the given generator nor depends on what was drawn from it', () => {
    const random = Random.seeded(3);
    const options: BatchesOptions = { ...plain, augmentation: { crop: 1, flip: true }, shuffle: true, random };
    const first = draw(new Batches(wholeView(numberedSet(9)), options));
    expect(random.state()).toEqual(Random.seeded(3).state());
    random.uniform();
    expect(draw(new Batches(wholeView(numberedSet(9)), options))).toEqual(first);
  });

  it('gives tensors that keep their values, and leaves none behind', () => {
    const before = tf.memory().numTensors;
    const batches = new Batches(wholeView(numberedSet(8)), plain);
    const first = batches.next();
    const second = batches.next();
    expect([...first.labels.dataSync()]).toEqual([0, 1, 2, 0]);
    expect([...first.images.dataSync()].map(Math.round).filter((_, at) => at % 4 === 0)).toEqual([0, 1, 2, 3]);
    expect([...second.images.dataSync()].map(Math.round).filter((_, at) => at % 4 === 0)).toEqual([4, 5, 6, 7]);
    tf.dispose([first.images, first.labels, second.images, second.labels]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keeps labels with their images when it augments', () => {
    const batches = new Batches(wholeView(numberedSet(20, { side: 5 })), { ...plain, augmentation: { crop: 1, flip: true }, shuffle: true, random: Random.seeded(1) });
    const { images, labels } = draw(batches);
    // The pixel in the middle stays inside every crop.
    labels.forEach((label, item) => { expect(Math.round(images[item * 25 + 12]!) % 3).toBe(label); });
  });

  it.each<[string, Partial<BatchesOptions>]>([
    ['batchSize: expected an integer from 1, found 0', { batchSize: 0 }],
    ['augmentation.crop: expected an integer from 0, found 1.5', { augmentation: { crop: 1.5, flip: false }, random: Random.seeded(1) }],
    ['random: expected a generator for shuffling and augmentation, found none', { shuffle: true }],
    ['normalization: expected mean and std of 1 channels, found 3 and 3', { normalization: { mean: [0, 0, 0], std: [1, 1, 1] } }],
  ])('refuses options: %s', (message, options) => {
    expect(() => new Batches(wholeView(numberedSet(3)), { ...plain, ...options })).toThrow(message);
  });

  it('refuses an empty view, and states of other batches', () => {
    const set = numberedSet(3);
    expect(() => new Batches(viewOf(set, new Uint32Array(0)), plain)).toThrow('numbered: expected at least one image to make batches of, found none');
    const batches = new Batches(wholeView(set), plain);
    expect(() => { batches.restore({ epoch: 0, position: 4, order: null, augmentation: null }); }).toThrow('found position 4');
    expect(() => { batches.restore({ epoch: 0, position: 0, order: Random.seeded(1).state(), augmentation: null }); })
      .toThrow('state: expected one of batches of 3 images without shuffling');
  });
});

describe('evaluationBatches', () => {
  it('gives all images once, in order, with a smaller last batch', () => {
    const view = viewOf(numberedSet(10), Uint32Array.of(9, 1, 4, 3, 8));
    const found = [...evaluationBatches(view, 2, asTheyAre)].map(({ images, labels }) => {
      const numbers = [...images.dataSync()].map(Math.round).filter((_, at) => at % 4 === 0);
      const result = { shape: images.shape, numbers, labels: [...labels.dataSync()] };
      tf.dispose([images, labels]);
      return result;
    });
    expect(found).toEqual([
      { shape: [2, 2, 2, 1], numbers: [9, 1], labels: [0, 1] },
      { shape: [2, 2, 2, 1], numbers: [4, 3], labels: [1, 0] },
      { shape: [1, 2, 2, 1], numbers: [8], labels: [2] },
    ]);
  });

  it('refuses a batch size below 1', () => {
    expect(() => evaluationBatches(wholeView(numberedSet(3)), 0, asTheyAre).next()).toThrow('batchSize: expected an integer from 1, found 0');
  });
});
