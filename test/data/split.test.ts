import { describe, expect, it } from 'vitest';
import { Random } from '../../src/backend/index.js';
import { imageSet, splitTrainValidation } from '../../src/data/index.js';
import { numberedSet } from './image-sets.js';

describe('splitTrainValidation', () => {
  const set = numberedSet(50);

  it('puts every image into exactly one view, in the set\'s order, and copies no pixel', () => {
    const { train, validation } = splitTrainValidation(set, 20, Random.seeded(1));
    expect([train.count, validation.count]).toEqual([30, 20]);
    expect([...train.indices, ...validation.indices].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index));
    for (const { indices } of [train, validation]) expect([...indices]).toEqual([...indices].sort((a, b) => a - b));
    expect(train.set.images).toBe(set.images);
  });

  it('depends on the seed alone', () => {
    const split = (seed: number) => [...splitTrainValidation(set, 20, Random.seeded(seed)).validation.indices];
    expect(split(1)).toEqual(split(1));
    expect(split(1)).not.toEqual(split(2));
  });

  it.each([0, 50, -1, 2.5, NaN])('refuses %d images for validation', count => {
    expect(() => splitTrainValidation(set, count, Random.seeded(1))).toThrow(`data.validation: expected an integer from 1 to 49 (images of numbered less one), found ${count}`);
  });
});

describe('imageSet', () => {
  it('refuses pixels that do not fit the labels', () => {
    const parts = { name: 'x', images: new Uint8Array(7), labels: new Uint8Array(2), height: 2, width: 2, channels: 1, classes: ['a'] };
    expect(() => imageSet(parts)).toThrow('x: expected 8 pixel values for 2 labels and images of 2 x 2 x 1, found 7');
  });
});
