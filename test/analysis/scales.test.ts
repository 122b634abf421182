import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { fiveNumbers, headScales, scaleFits } from '../../src/analysis/index.js';
import { Random, useBackend } from '../../src/backend/index.js';
import { presetPlan, type BinarizationPlan, type MethodName } from '../../src/binarize/index.js';
import { buildVit, vitParameters } from '../../src/models/index.js';
import { tinyModel } from '../training/tiny.js';

beforeAll(async () => { await useBackend('cpu'); });

/** From numpy, see fixtures/analysis/scales.py. */
const fixture = JSON.parse(readFileSync(new URL('../fixtures/analysis/scales.json', import.meta.url), 'utf8')) as {
  weights: number[][]; signs: number[]; centred: number[];
};

/** A model whose first fused projection has the weights of the fixture. */
function modelOf(plan: BinarizationPlan): tf.LayersModel {
  const model = buildVit(tinyModel, plan, Random.seeded(1));
  tf.tidy(() => {
    for (const { name, variable } of vitParameters(model)) if (name === 'blocks.0.attn.qkv.weight') variable.assign(tf.tensor2d(fixture.weights));
  });
  return model;
}

describe('scale fits', () => {
  it.each([['xnor-net', 'signs'], ['bnn', 'signs'], ['xnor-net-centred', 'centred']] as const)(
    'have the least-squares optimum of numpy for the signs of %s', (method: MethodName, expected) => {
      const model = modelOf(presetPlan('all', method));
      const tensors = tf.memory().numTensors;
      const { scales, optima } = scaleFits(model)[0]!;
      expect(tf.memory().numTensors).toBe(tensors);
      // Float32 sums of eight products.
      optima.forEach((optimum, output) => { expect(optimum).toBeCloseTo(fixture[expected][output]!, 5); });
      if (method === 'xnor-net') scales.forEach((scale, output) => { expect(scale).toBeCloseTo(optima[output]!, 6); });
      if (method === 'bnn') expect(scales).toEqual(optima.map(() => 1));
      model.dispose();
    });

  it('are there for binary layers alone, and repeat a scale per tensor for each output', () => {
    const model = modelOf(presetPlan('mhsa', 'dorefa'));
    const fits = scaleFits(model);
    expect(fits.map(({ name }) => name)).toEqual(['q', 'k', 'v', 'proj'].map(part => `blocks.0.attn.${part}`).concat(['q', 'k', 'v', 'proj'].map(part => `blocks.1.attn.${part}`)));
    expect(new Set(fits[0]!.scales).size).toBe(1);
    expect(fits[0]!.scales.length).toBe(tinyModel.embedDim);
    model.dispose();
  });
});

describe('scales by head', () => {
  it('are those of the columns of q, k and v, head after head', () => {
    const model = modelOf(presetPlan('mhsa', 'xnor-net'));
    const rows = headScales(model).filter(({ block }) => block === 0);
    expect(rows.map(({ operand, head }) => `${operand}${head}`)).toEqual(['q0', 'q1', 'k0', 'k1', 'v0', 'v1']);
    const means = fixture.weights[0]!.map((_, column) => fixture.weights.reduce((sum, row) => sum + Math.abs(row[column]!), 0) / fixture.weights.length);
    rows.forEach(({ scales }, index) => {
      // Float32 on our side.
      expect(scales.median).toBeCloseTo(fiveNumbers(means.slice(4 * index, 4 * index + 4))!.median, 5);
    });
    model.dispose();
  });

  it('are the same when q, k and v are binarized apart', () => {
    const [together, apart] = [modelOf(presetPlan('mhsa', 'bwn')), modelOf({
      ...presetPlan('mhsa', 'bwn'), rules: [...presetPlan('mhsa', 'bwn').rules, { ...presetPlan('mhsa', 'xnor-net').rules[0]!, sites: ['k'] }],
    })];
    expect(headScales(apart)).toEqual(headScales(together));
    for (const model of [together, apart]) model.dispose();
  });
});
