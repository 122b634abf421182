import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { attentionTable } from '../../src/analysis/index.js';
import { Random, useBackend } from '../../src/backend/index.js';
import { presetPlan } from '../../src/binarize/index.js';
import { normalization, viewOf, type ImageView } from '../../src/data/index.js';
import { buildVit, forward, vitParameters, type VitConfig } from '../../src/models/index.js';
import { tinyData, tinyModel } from '../training/tiny.js';

beforeAll(async () => { await useBackend('cpu'); });

const { test } = tinyData();
const view: ImageView = viewOf(test, Uint32Array.from({ length: 9 }, (_, index) => index));
const constants = normalization(view);
const config: VitConfig = { ...tinyModel, patchSize: 2, classToken: true, globalPool: 'token' };

function uniform(model: tf.LayersModel): void {
  // Without q and k all scores are equal.
  for (const { name, variable } of vitParameters(model)) if (name.includes('attn.qkv')) tf.tidy(() => { variable.assign(tf.zerosLike(variable)); });
}

it('equal scores have the entropy of all tokens, the mean distance of all pairs of patches, and one part in all for the class token', () => {
  const model = buildVit(config, presetPlan('none', 'xnor-net'), Random.seeded(1));
  uniform(model);
  const centres = Array.from({ length: 16 }, (_, patch) => [2 * (patch % 4) + 1, 2 * Math.floor(patch / 4) + 1] as const);
  const mean = centres.flatMap(a => centres.map(b => Math.hypot(a[0] - b[0], a[1] - b[1]))).reduce((sum, value) => sum + value, 0) / 256;
  const tensors = tf.memory().numTensors;
  const rows = attentionTable(model, config, view, constants);
  expect(rows.map(({ block, head }) => [block, head])).toEqual([[0, 0], [0, 1], [1, 0], [1, 1]]);
  for (const row of rows) {
    // Float32 sums of 17 probabilities.
    expect(row.entropy).toBeCloseTo(Math.log2(17), 5);
    expect(row.distance).toBeCloseTo(mean, 5);
    expect(row.classToken).toBeCloseTo(1 / 17, 6);
  }
  expect(tf.memory().numTensors).toBe(tensors);
  model.dispose();
});

it('a distillation token has no place either, and is no class token', () => {
  const distilled: VitConfig = { ...config, distillation: 'heads' };
  const model = buildVit(distilled, presetPlan('none', 'xnor-net'), Random.seeded(1));
  uniform(model);
  const plain = buildVit(config, presetPlan('none', 'xnor-net'), Random.seeded(1));
  uniform(plain);
  const rows = attentionTable(model, distilled, view, constants);
  attentionTable(plain, config, view, constants).forEach(({ distance }, index) => {
    // Float32 sums of 18 probabilities.
    expect(rows[index]!.distance).toBeCloseTo(distance, 5);
    expect(rows[index]!.classToken).toBeCloseTo(1 / 18, 6);
    expect(rows[index]!.entropy).toBeCloseTo(Math.log2(18), 5);
  });
  for (const built of [model, plain]) built.dispose();
});

it('is what a loop over the probabilities gives', () => {
  const model = buildVit(config, presetPlan('mlp', 'xnor-net'), Random.seeded(3));
  for (const { name, variable } of vitParameters(model)) if (name.includes('attn.qkv')) tf.tidy(() => { variable.assign(variable.mul(4)); });
  const seen: number[][][][][] = [];
  tf.tidy(() => {
    const pixels = [...view.indices].flatMap(index => [...test.images.subarray(index * 64, index * 64 + 64)]);
    const images = tf.tensor4d(pixels, [view.count, 8, 8, 1]).div<tf.Tensor4D>(255).sub<tf.Tensor4D>(constants.mean[0]!).div<tf.Tensor4D>(constants.std[0]!);
    forward(model, images, { training: false, attention: (_, probabilities) => { seen.push(probabilities.arraySync()); } });
  });
  attentionTable(model, config, view, constants).forEach(({ block, head, entropy, distance, classToken }) => {
    let [entropies, distances, shares] = [0, 0, 0];
    for (const heads of seen[block]!) {
      heads[head]!.forEach((row, query) => {
        entropies -= row.reduce((sum, p) => sum + (p > 0 ? p * Math.log2(p) : 0), 0) / 17;
        if (query === 0) return;
        shares += row[0]! / 16;
        row.slice(1).forEach((p, key) => {
          distances += p / (1 - row[0]!) * 2 * Math.hypot(((query - 1) % 4) - (key % 4), Math.floor((query - 1) / 4) - Math.floor(key / 4)) / 16;
        });
      });
    }
    // Float32 on one side.
    expect(entropy).toBeCloseTo(entropies / view.count, 4);
    expect(distance).toBeCloseTo(distances / view.count, 4);
    expect(classToken).toBeCloseTo(shares / view.count, 5);
  });
  model.dispose();
});

it('sees binarized probabilities as they weigh the values', () => {
  const model = buildVit(config, presetPlan('mhsa', 'bit', { attentionProducts: true }), Random.seeded(3));
  const levels = new Set<number>();
  tf.tidy(() => {
    forward(model, tf.randomUniform([2, 8, 8, 1], -1, 1, 'float32', 1), { training: false, attention: (name, probabilities) => {
      if (name === 'blocks.0.attn') for (const value of probabilities.dataSync()) levels.add(value);
    } });
  });
  expect(levels.size).toBeLessThanOrEqual(2);
  model.dispose();
});
