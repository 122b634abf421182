import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { fitPowerLaw, formatSpectra, spectrum, spectrumTable, type PowerLawFit } from '../../src/analysis/index.js';
import { Random, useBackend } from '../../src/backend/index.js';
import { presetPlan } from '../../src/binarize/index.js';
import { buildVit, vitParameters } from '../../src/models/index.js';
import { tinyModel } from '../training/tiny.js';

beforeAll(async () => { await useBackend('cpu'); });

/** From LAPACK and WeightWatcher, see fixtures/analysis/spectra.py. */
const cases = Object.entries(JSON.parse(readFileSync(new URL('../fixtures/analysis/spectra.json', import.meta.url), 'utf8')) as Record<string, {
  shape: [number, number]; values: number[]; singularValues: number[]; stableRank: number; rank: number; tail: PowerLawFit | null;
}>);

describe.each(cases)('%s', (_, { shape: [inputs, outputs], values, ...expected }) => {
  const found = spectrum(Float32Array.from(values), inputs, outputs);

  it('has the singular values of LAPACK, and their ranks', () => {
    expect(found.singularValues.length).toBe(Math.min(inputs, outputs));
    // Double precision on both sides, to the largest value; the weights are rounded to float32 on ours.
    found.singularValues.forEach((value, at) => { expect(Math.abs(value - expected.singularValues[at]!)).toBeLessThan(1e-6 * expected.singularValues[0]!); });
    expect(found.stableRank / expected.stableRank).toBeCloseTo(1, 6);
    expect(found.rank).toBe(expected.rank);
  });

  it('has the tail that WeightWatcher fits', () => {
    if (expected.tail === null) {
      expect(found.tail).toBeNull();
      return;
    }
    expect(found.tail!.n).toBe(expected.tail.n);
    // The eigenvalues differ in their seventh digit.
    for (const measure of ['alpha', 'standardError', 'from', 'distance'] as const) expect(found.tail![measure] / expected.tail[measure]).toBeCloseTo(1, 4);
  });
});

it('a power law is found again: alpha within four standard errors, whatever the unit', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 1.5, max: 4, noNaN: true }), fc.constantFrom(1e-3, 1, 64), (seed, alpha, unit) => {
    const random = Random.seeded(seed);
    // By inversion: x = (1 - u)^(-1 / (alpha - 1)).
    const values = Array.from({ length: 400 }, () => unit * (1 - random.uniform()) ** (-1 / (alpha - 1)));
    const { alpha: found, standardError, n } = fitPowerLaw(values)!;
    // The tail was chosen by the same values: where it is short it flatters itself.
    if (n > 100) expect(Math.abs(found - alpha)).toBeLessThan(4 * standardError);
  }), { numRuns: 25, seed: 1 });
});

it('every layer has a row, with the reason where a measure is missing', async () => {
  const model = buildVit(tinyModel, presetPlan('mlp', 'xnor-net'), Random.seeded(2));
  tf.tidy(() => {
    for (const { name, variable } of vitParameters(model)) if (name === 'blocks.1.attn.proj.weight') variable.assign(tf.fill(variable.shape, NaN));
  });
  const tensors = tf.memory().numTensors;
  const shares: number[] = [];
  const rows = await spectrumTable(model, share => shares.push(share));
  expect(tf.memory().numTensors).toBe(tensors);
  expect(shares.at(-1)).toBe(1);
  expect(rows.map(({ name }) => name)).toEqual(['patch_embed.proj', ...[0, 1].flatMap(block => ['attn.qkv', 'attn.proj', 'mlp.fc1', 'mlp.fc2'].map(part => `blocks.${block}.${part}`)), 'head']);
  for (const { name, latent, effective, note } of rows) {
    expect(latent === null).toBe(name === 'blocks.1.attn.proj');
    expect(effective === null).toBe(!name.includes('mlp'));
    expect(note).not.toBe('');
  }
  expect(formatSpectra(rows)).toContain('weights that are not finite: no spectrum');
  model.dispose();
});
