import { describe, expect, it } from 'vitest';
import { configHash, parseTrainConfig } from '../../src/training/index.js';
import { firstDifference } from '../../src/training/config-hash.js';
import { binaryPlan, tinyConfig, tinyModel } from './tiny.js';

const required = { model: tinyModel, plan: binaryPlan, data: { name: 'mnist' } };

describe('parseTrainConfig', () => {
  it('fills in the defaults and accepts its own output', () => {
    const config = parseTrainConfig(required);
    expect(config).toMatchObject({
      data: { name: 'mnist', validation: 5000 }, optimizer: { name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
      learningRate: 3e-3, warmup: 0.1, batchSize: 128, clipNorm: 1, latentClip: 1, latentWeightDecay: 0, seed: 1,
    });
    expect(parseTrainConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it.each([
    [{ learningRate: -1 }, 'train config.learningRate: expected a number above 0, found -1'],
    [{ learningRate: NaN }, 'train config.learningRate: expected a number above 0, found NaN'],
    [{ warmup: 1 }, 'train config.warmup: expected a number from 0 to below 1, found 1'],
    [{ steps: 1.5 }, 'train config.steps: expected a whole number of at least 1, found 1.5'],
    [{ seed: 2 ** 32 }, 'train config.seed: expected a whole number below 2^32, found 4294967296'],
    [{ clipNorm: '1' }, 'train config.clipNorm: expected a number above 0, found "1"'],
    [{ augmentation: { crop: 2 } }, 'train config.augmentation.flip: expected true or false, found nothing'],
    [{ optimizer: { name: 'adam' } }, 'train config.optimizer.name: expected "adamw" or "sgd", found "adam"'],
    [{ optimizer: { name: 'sgd', beta1: 0.9 } }, 'train config.optimizer: expected only the fields name, momentum, found "beta1"'],
    [{ data: undefined }, 'train config.data: expected an object with the fields name, validation, found nothing'],
    [{ model: undefined }, /^train config\.model: expected the configuration of a ViT, found nothing$/],
    [{ plan: { name: 'x' } }, /plan/],
  ])('refuses %j in one sentence with path, what is allowed and what was found', (change, message) => {
    expect(() => parseTrainConfig({ ...required, ...change })).toThrow(message);
  });

  it('refuses an unknown field and lists the known ones', () => {
    expect(() => parseTrainConfig({ ...required, lr: 1 })).toThrow(/^train config: expected only the fields model, plan, .*, found "lr"$/);
    expect(() => parseTrainConfig(null)).toThrow(/^train config: expected an object with the fields model, .*, found null$/);
  });
});

describe('configHash', () => {
  it('counts what determines the weights and nothing else', () => {
    const hash = configHash(tinyConfig());
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(configHash(tinyConfig({ logEvery: 3, statisticsEvery: 7, evaluateEvery: 2, checkpointEvery: 9 }))).toBe(hash);
    expect(configHash(tinyConfig({ plan: { ...binaryPlan, name: 'renamed' } }))).toBe(hash);
    for (const change of [{ seed: 2 }, { steps: 5 }, { learningRate: 1e-3 }, { latentClip: null }, { data: { name: 'patterns', validation: 21 } }]) {
      expect(configHash(tinyConfig(change))).not.toBe(hash);
    }
  });

  it('does not depend on the order of the fields', () => {
    const config = tinyConfig();
    const reversed = Object.fromEntries(Object.entries(config).reverse());
    expect(configHash(parseTrainConfig(reversed))).toBe(configHash(config));
  });
});

describe('firstDifference', () => {
  it('names the path of the field', () => {
    expect(firstDifference({ a: { b: [1, 2] }, c: 1 }, { a: { b: [1, 3] }, c: 2 })).toBe('a.b.1');
    expect(firstDifference({ a: null }, { a: { b: 1 } })).toBe('a');
    expect(firstDifference({}, { d: 1 })).toBe('d');
    expect(firstDifference({ a: [1, { b: 'x' }] }, { a: [1, { b: 'x' }] })).toBeNull();
  });
});
