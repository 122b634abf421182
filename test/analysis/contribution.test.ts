import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { branchContributions } from '../../src/analysis/index.js';
import { Random, useBackend } from '../../src/backend/index.js';
import { presetPlan } from '../../src/binarize/index.js';
import { normalization, wholeView } from '../../src/data/index.js';
import { buildVit, forward, vitParameters } from '../../src/models/index.js';
import { tinyData, tinyModel } from '../training/tiny.js';

beforeAll(async () => { await useBackend('cpu'); });

const view = wholeView(tinyData().test);
const constants = normalization(view);

it('a branch whose last layer is zero contributes exactly nothing, whatever the others do', async () => {
  const model = buildVit(tinyModel, presetPlan('mhsa', 'xnor-net'), Random.seeded(4));
  for (const { name, variable } of vitParameters(model)) {
    if (name.startsWith('blocks.1.mlp.fc2')) tf.tidy(() => { variable.assign(tf.zerosLike(variable)); });
  }
  const tensors = tf.memory().numTensors;
  const shares: number[] = [];
  const { accuracy, images, branches } = await branchContributions(model, view, constants, { onProgress: share => shares.push(share) });
  expect(tf.memory().numTensors).toBe(tensors);
  expect(shares.at(-1)).toBe(1);
  expect(images).toBe(view.count);
  expect(branches.map(({ branch }) => branch)).toEqual(['blocks.0.attn', 'blocks.0.mlp', 'blocks.1.attn', 'blocks.1.mlp']);
  expect(branches[3]).toEqual({ branch: 'blocks.1.mlp', accuracy, contribution: 0, interval: [0, 0] });
  for (const branch of branches) expect(branch.contribution).toBeCloseTo(accuracy - branch.accuracy, 12);
  model.dispose();
});

it('without its branches a block passes on what it got', () => {
  const model = buildVit(tinyModel, presetPlan('none', 'xnor-net'), Random.seeded(4));
  const shallow = buildVit({ ...tinyModel, depth: 1 }, presetPlan('none', 'xnor-net'), Random.seeded(5));
  const others = new Map(vitParameters(model).map(({ name, variable }) => [name, variable]));
  tf.tidy(() => {
    for (const { name, variable } of vitParameters(shallow)) variable.assign(others.get(name)!);
    const images = tf.randomUniform<tf.Rank.R4>([3, 8, 8, 1], -1, 1, 'float32', 1);
    const expected = forward(shallow, images, { training: false }).dataSync();
    const found = forward(model, images, { training: false, branch: (name, output) => (name.startsWith('blocks.1.') ? tf.zerosLike(output) : output) }).dataSync();
    expect(found).toEqual(expected);
  });
  model.dispose();
  shallow.dispose();
});

it('the interval is that of paired outcomes: McNemar\'s variance of the difference of two shares', async () => {
  const model = buildVit(tinyModel, presetPlan('all', 'bwn'), Random.seeded(9));
  const { branches, images: n, accuracy } = await branchContributions(model, view, constants);
  for (const { accuracy: without, contribution, interval } of branches) {
    // With b images right only with the branch and c only without: mean (b - c)/n, sum of squares b + c, which lies between |b - c| and n.
    const half = (interval[1] - interval[0]) / 2;
    const discordant = ((half / 1.959963984540054) ** 2 * n * (n - 1) + n * contribution ** 2);
    expect(Math.abs(discordant - Math.round(discordant))).toBeLessThan(1e-6);
    expect(Math.round(discordant)).toBeGreaterThanOrEqual(Math.round(n * Math.abs(contribution)));
    expect(Math.round(discordant)).toBeLessThanOrEqual(Math.round(n * (accuracy + without)));
  }
  model.dispose();
});
