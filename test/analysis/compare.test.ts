import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { blockSimilarity, compareLayers, linearCka } from '../../src/analysis/index.js';
import { Random, useBackend } from '../../src/backend/index.js';
import { presetPlan } from '../../src/binarize/index.js';
import { buildVit, vitParameters } from '../../src/models/index.js';
import { tinyModel } from '../training/tiny.js';

beforeAll(async () => { await useBackend('cpu'); });

const fixture = JSON.parse(readFileSync(new URL('../fixtures/analysis/cka.json', import.meta.url), 'utf8')) as {
  x: number[][]; pairs: Record<string, { y: number[][]; cka: number }>;
};

describe('linear CKA', () => {
  it.each(Object.entries(fixture.pairs))('is that of kernels, computed by numpy: %s', (_, { y, cka }) => {
    tf.tidy(() => {
      // Float32 products of eleven numbers on our side.
      expect(linearCka(tf.tensor2d(fixture.x), tf.tensor2d(y))).toBeCloseTo(cka, 5);
    });
  });

  it('is 1 for a rotated, scaled and shifted copy', () => {
    tf.tidy(() => {
      const x = tf.tensor2d(fixture.x);
      const [cos, sin] = [Math.cos(1), Math.sin(1)];
      const rotation = tf.tensor2d([[cos, -sin, 0, 0], [sin, cos, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]);
      expect(linearCka(x, x.matMul(rotation).mul(7).add<tf.Tensor2D>(2))).toBeCloseTo(1, 5);
    });
  });
});

describe('two models', () => {
  it('that are the same agree in everything, block by block too', () => {
    const model = buildVit(tinyModel, presetPlan('mlp', 'bwn'), Random.seeded(1));
    for (const row of compareLayers(model, model)) {
      expect(row).toMatchObject({ change: 0, signAgreement: 1, binary: [row.name.includes('mlp'), row.name.includes('mlp')] });
      expect(row.cosine).toBeCloseTo(1, 12);
      expect(row.scales[0]).toBe(row.scales[1]);
    }
    const tensors = tf.memory().numTensors;
    const images = tf.randomUniform<tf.Rank.R4>([5, 8, 8, 1], -1, 1, 'float32', 3);
    const { rows, columns, values } = blockSimilarity(model, model, images);
    images.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
    expect([rows, columns]).toEqual([['blocks.0', 'blocks.1'], ['blocks.0', 'blocks.1']]);
    values.forEach((row, at) => { expect(row[at]).toBeCloseTo(1, 5); });
    expect(values[0]![1]).toBeCloseTo(values[1]![0]!, 6);
    model.dispose();
  });

  it('whose weights are opposite or scaled say so', () => {
    const first = buildVit(tinyModel, presetPlan('all', 'bwn'), Random.seeded(1));
    const second = buildVit(tinyModel, presetPlan('none', 'bwn'), Random.seeded(1));
    for (const { name, variable } of vitParameters(second)) {
      const factor = name.endsWith('fc1.weight') ? -1 : name.endsWith('fc2.weight') ? 3 : 1;
      tf.tidy(() => { variable.assign(variable.mul(factor)); });
    }
    const rows = new Map(compareLayers(first, second).map(row => [row.name, row]));
    expect(rows.get('blocks.0.mlp.fc1')).toMatchObject({ binary: [true, false], change: 2, signAgreement: 0 });
    expect(rows.get('blocks.0.mlp.fc1')!.cosine).toBeCloseTo(-1, 12);
    expect(rows.get('blocks.1.mlp.fc2')!.change).toBeCloseTo(2, 6);
    expect(rows.get('blocks.1.mlp.fc2')!.signAgreement).toBe(1);
    expect(rows.get('blocks.1.mlp.fc2')!.scales[1]).toBeNull();
    first.dispose();
    second.dispose();
  });

  it('of different shape are refused by the first layer that differs', () => {
    const model = buildVit(tinyModel, presetPlan('none', 'bwn'), Random.seeded(1));
    const wider = buildVit({ ...tinyModel, mlpRatio: 4 }, presetPlan('none', 'bwn'), Random.seeded(1));
    expect(() => compareLayers(model, wider)).toThrow('layer blocks.0.mlp.fc1: expected one shape in both models, found [8, 16] and [8, 32]');
    const shallow = buildVit({ ...tinyModel, depth: 1 }, presetPlan('none', 'bwn'), Random.seeded(1));
    expect(() => compareLayers(model, shallow)).toThrow('layer blocks.1.attn.qkv: expected it in both models');
  });
});
