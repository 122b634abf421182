import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imageSet, normalization, viewOf, wholeView } from '../../src/data/index.js';
import { normalizationTable } from '../../src/pictures/index.js';
import { numberedSet } from './image-sets.js';

describe('normalization', () => {
  it('is mean and population standard deviation per channel over the pixels of the view', () => {
    fc.assert(fc.property(fc.array(fc.nat(255), { minLength: 12, maxLength: 12 }), pixels => {
      const set = imageSet({
        name: 'x', images: Uint8Array.from(pixels), labels: new Uint8Array(3), height: 1, width: 2, channels: 2, classes: ['a'],
      });
      // Images 0 and 2, channel 1, by the definition.
      const values = [pixels[1]!, pixels[3]!, pixels[9]!, pixels[11]!].map(value => value / 255);
      const mean = values.reduce((sum, value) => sum + value, 0) / 4;
      const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4);
      const found = normalization(viewOf(set, Uint32Array.of(0, 2)));
      // Both are sums of a few doubles.
      expect(found.mean[1]).toBeCloseTo(mean, 12);
      expect(found.std[1]).toBeCloseTo(new Set(values).size === 1 ? 1 : std, 12);
    }), { numRuns: 100 });
  });

  it('does not depend on the order of the images', () => {
    const set = numberedSet(90, { channels: 2 });
    const order = Uint32Array.from({ length: 90 }, (_, index) => 89 - index);
    expect(normalization(viewOf(set, order))).toEqual(normalization(wholeView(set)));
  });

  it('makes channels of one value zero instead of NaN', () => {
    const set = numberedSet(1);
    const constants = normalization(wholeView(set));
    expect(constants).toEqual({ mean: [0], std: [1] });
    expect(normalizationTable(constants, 1)[0]).toBe(0);
  });
});

describe('normalizationTable', () => {
  it('holds (value / 255 - mean) / std for every value and channel', () => {
    const table = normalizationTable({ mean: [0.5, 0.25], std: [0.5, 2] }, 2);
    expect([table[0], table[255], table[256], table[511]]).toEqual([-1, 1, -0.125, 0.375]);
  });

  it('refuses another number of channels', () => {
    expect(() => normalizationTable({ mean: [0], std: [1] }, 3)).toThrow('normalization: expected mean and std of 3 channels, found 1 and 1');
  });
});
