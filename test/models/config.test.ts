import { describe, expect, it } from 'vitest';
import { mlpHiddenDim, parseVitConfig, vitPresets } from '../../src/models/index.js';

const nano = vitPresets.vit_nano;

describe('parseVitConfig', () => {
  it.each(Object.entries(vitPresets))('accepts the preset %s', (_, config) => {
    expect(parseVitConfig(config)).toEqual(config);
  });

  it.each([
    [{ ...nano, depth: 0 }, 'model.depth: expected a whole number >= 1, found 0'],
    [{ ...nano, embedDim: '64' }, 'model.embedDim: expected a whole number >= 1, found "64"'],
    [{ ...nano, numHeads: undefined }, 'model.numHeads: expected a whole number >= 1, found nothing'],
    [{ ...nano, mlpRatio: Number.NaN }, 'model.mlpRatio: expected a positive number, found NaN'],
    [{ ...nano, globalPool: 'max' }, 'model.globalPool: expected "token" or "avg", found "max"'],
    [{ ...nano, dropPath: 1 }, 'model.dropPath: expected a number in [0, 1), found 1'],
    [{ ...nano, patchSize: 8 }, 'model.imgSize: expected a multiple of patchSize 8, found 28'],
    [{ ...nano, numHeads: 5 }, 'model.embedDim: expected a multiple of numHeads 5, found 64'],
    [{ ...nano, mlpRatio: 1.01 }, 'model.mlpRatio: expected a whole hidden width, found 1.01 x 64 = 64.64'],
    [{ ...nano, globalPool: 'token' }, 'model.globalPool: expected "avg" where classToken is false, found "token", which reads the class token'],
    [{ ...nano, distillation: 'both' }, 'model.distillation: expected "token", "heads" or no such field, found "both"'],
    [{ ...nano, distillation: undefined }, 'model.distillation: expected "token", "heads" or no such field, found nothing'],
    [{ ...nano, distillation: 'token' }, 'model.distillation: expected no such field where classToken is false'],
    [{ ...nano, classToken: true, distillation: 'heads' }, 'model.globalPool: expected "token" where distillation is "heads"'],
    [{ ...nano, heads: 4 }, 'model.heads: expected one of the fields imgSize, patchSize, '],
    ['vit_nano', 'model: expected an object, found "vit_nano"'],
  ])('refuses, naming field, expectation and finding: %#', (value, message) => {
    expect(() => parseVitConfig(value)).toThrow(message);
  });
});

it('a hidden width is whole for every ratio of whole numbers', () => {
  // 116 / 28 * 28 is 115.99999999999999 in floating point.
  const config = parseVitConfig({ ...nano, embedDim: 28, mlpRatio: 116 / 28 });
  expect(mlpHiddenDim(config)).toBe(116);
});
