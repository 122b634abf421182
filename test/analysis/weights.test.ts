import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { moments, quantizationError, signStatistics, weightTable } from '../../src/analysis/index.js';
import { Random, useBackend } from '../../src/backend/index.js';
import { presetPlan } from '../../src/binarize/index.js';
import { buildVit, vitParameters, vitPresets } from '../../src/models/index.js';

interface Case {
  shape: [number, number];
  values: number[];
  moments: Record<string, number>;
  signs: Record<string, number>;
  outputPositive: Record<string, number>;
  error: { relative: number; optimal: number; cosine: number };
  scaledError: { relative: number; cosine: number };
}
/** From numpy and scipy, see fixtures/analysis/weights.py. */
const cases = Object.entries(JSON.parse(readFileSync(new URL('../fixtures/analysis/weights.json', import.meta.url), 'utf8')) as Record<string, Case>);

/** Double precision on both sides, sums of a few hundred numbers in another order. */
function expectNear(found: object, expected: Record<string, number>): void {
  for (const [name, value] of Object.entries(expected)) {
    expect(Math.abs((found as Record<string, number>)[name]! - value), name).toBeLessThanOrEqual(1e-10 * Math.max(1, Math.abs(value)));
  }
}

describe.each(cases)('%s', (_, { shape: [inputs, outputs], values, ...expected }) => {
  const signs = values.map(value => (value >= 0 ? 1 : -1));

  it('has the moments and the bimodality of scipy', () => {
    expectNear(moments(values), expected.moments);
  });

  it('has the sign statistics of numpy', () => {
    const found = signStatistics(values, inputs, outputs);
    expectNear(found, expected.signs);
    expectNear(found.outputPositive, expected.outputPositive);
  });

  it('has the error of its signs, and the least-squares optimum of numpy as lower bound', () => {
    expectNear(quantizationError(values, signs, inputs, outputs), expected.error);
    const alpha = Array.from({ length: outputs }, (_value, column) =>
      values.reduce((sum, value, place) => sum + (place % outputs === column ? Math.abs(value) / inputs : 0), 0));
    const scaled = quantizationError(values, signs.map((sign, place) => alpha[place % outputs]! * sign), inputs, outputs);
    expectNear(scaled, expected.scaledError);
    expect(Math.abs(scaled.relative - scaled.optimal)).toBeLessThan(1e-12);
  });
});

describe('moments', () => {
  it('count what is not finite and leave it out', () => {
    expect(moments([1, NaN, 2, Infinity, -Infinity, 3])).toMatchObject({ n: 3, nan: 1, infinite: 2, minimum: 1, maximum: 3, mean: 2 });
    expect(moments([NaN])).toMatchObject({ n: 0, nan: 1, mean: NaN, minimum: NaN, bimodality: NaN });
    expect(moments([2, 2, 2, 2])).toMatchObject({ std: 0, skewness: NaN, excessKurtosis: NaN, bimodality: NaN });
  });
});

describe('sign statistics', () => {
  it('do not change when the weights are scaled, or their outputs permuted', () => {
    const matrix = fc.integer({ min: 1, max: 70 }).chain(inputs => fc.integer({ min: 1, max: 6 }).chain(outputs =>
      fc.record({ inputs: fc.constant(inputs), outputs: fc.constant(outputs), values: fc.array(fc.constantFrom(-2, -0.5, 0, 1), { minLength: inputs * outputs, maxLength: inputs * outputs }) })));
    fc.assert(fc.property(matrix, ({ inputs, outputs, values }) => {
      const found = signStatistics(values, inputs, outputs);
      expect(signStatistics(values.map(value => value * 3), inputs, outputs)).toEqual(found);
      const reversed = values.map((_, place) => values[Math.floor(place / outputs) * outputs + outputs - 1 - (place % outputs)]!);
      const permuted = signStatistics(reversed, inputs, outputs);
      expect(permuted.outputEntropy).toBeCloseTo(found.outputEntropy, 12);
      expect({ ...permuted, outputEntropy: 0 }).toEqual({ ...found, outputEntropy: 0 });
    }));
  });

  it('take an output and its opposite for the same direction', () => {
    // Columns: a, -a, b, constant.
    expect(signStatistics([1, -1, 1, 1, -1, 1, 1, 1, 1, -1, -1, 1], 3, 4)).toMatchObject({ constantOutputs: 1, duplicateOutputs: 1 });
  });
});

describe('weight table', () => {
  beforeAll(async () => { await useBackend('cpu'); });

  it('has a row for every linear layer, with the reason where a measure is missing, and leaks no tensor', () => {
    const model = buildVit(vitPresets.vit_nano, presetPlan('mlp', 'xnor-net'), Random.seeded(1));
    const tensors = tf.memory().numTensors;
    const rows = weightTable(model);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(rows.map(row => row.name)).toEqual([
      'patch_embed.proj',
      ...[0, 1, 2, 3].flatMap(block => ['attn.qkv', 'attn.proj', 'mlp.fc1', 'mlp.fc2'].map(name => `blocks.${block}.${name}`)),
      'head',
    ]);
    for (const row of rows) {
      expect(row.binary).toBe(row.name.includes('.mlp.'));
      expect(row.error === null).toBe(!row.binary);
      expect(row.note === '').toBe(row.binary);
      // XNOR-Net's scale is the optimum; its forward pass is float32.
      if (row.error) expect(Math.abs(row.error.relative - row.error.optimal)).toBeLessThan(1e-6);
    }
    model.dispose();
  });

  it('counts a NaN weight and says what it costs', () => {
    const model = buildVit(vitPresets.vit_nano, presetPlan('all', 'bwn'), Random.seeded(1));
    const { variable } = vitParameters(model).find(({ name }) => name === 'blocks.1.mlp.fc1.weight')!;
    tf.tidy(() => {
      const values = variable.dataSync().slice();
      values[7] = NaN;
      variable.assign(tf.tensor(values, variable.shape));
    });
    const row = weightTable(model).find(({ name }) => name === 'blocks.1.mlp.fc1')!;
    expect(row).toMatchObject({ weights: { nan: 1, infinite: 0 }, signs: null, scales: null, error: null });
    expect(row.note).toContain('1 NaN');
    model.dispose();
  });

  it('reads the same signs from latent weights of any scale', () => {
    const model = buildVit(vitPresets.vit_nano, presetPlan('all', 'xnor-net'), Random.seeded(2));
    const before = weightTable(model);
    for (const { variable, role } of vitParameters(model)) if (role === 'latent') tf.tidy(() => { variable.assign(variable.mul(4)); });
    weightTable(model).forEach((row, index) => { expect(row.signs).toEqual(before[index]!.signs); });
    model.dispose();
  });
});
