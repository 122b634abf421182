import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { branchContributions, formatSensitivity, layerSensitivity, lossSurface, pairedAccuracy } from '../../src/analysis/index.js';
import { Random, useBackend } from '../../src/backend/index.js';
import { presetPlan, type BinarizationPlan } from '../../src/binarize/index.js';
import { evaluationBatches, normalization, wholeView } from '../../src/data/index.js';
import { buildVit, forward, vitParameters, withPlan } from '../../src/models/index.js';
import { evaluate } from '../../src/training/index.js';
import { tinyData, tinyModel } from '../training/tiny.js';

beforeAll(async () => { await useBackend('cpu'); });

const view = wholeView(tinyData().test);
const constants = normalization(view);
const built = (plan: BinarizationPlan): tf.LayersModel => buildVit(tinyModel, plan, Random.seeded(4));
const weightsOf = (model: tf.LayersModel): Float32Array[] => vitParameters(model).map(({ variable }) => variable.dataSync<'float32'>().slice());
const accuracyOf = async (model: tf.LayersModel): Promise<number> => (await evaluate(model, view, constants)).accuracy;

function logits(model: tf.LayersModel): Float32Array {
  return tf.tidy(() => forward(model, tf.randomUniform<tf.Rank.R4>([3, 8, 8, 1], -1, 1, 'float32', 1), { training: false }).dataSync<'float32'>().slice());
}

describe('the same weights under another plan', () => {
  it('compute what a model built so from the same seed computes, and come back under the first plan', () => {
    const [float, binary] = [built(presetPlan('none', 'bwn')), built(presetPlan('all', 'xnor-net-plus-plus'))];
    const [there, back] = [withPlan(float, presetPlan('all', 'xnor-net-plus-plus')), withPlan(binary, presetPlan('none', 'bwn'))];
    expect(logits(there)).toEqual(logits(binary));
    expect(logits(back)).toEqual(logits(float));
    for (const model of [float, binary, there, back]) model.dispose();
  });

  it('keep learned scales that both plans have', () => {
    const binary = built(presetPlan('all', 'xnor-net-plus-plus'));
    tf.tidy(() => { for (const { role, variable } of vitParameters(binary)) if (role === 'scale') variable.assign(tf.fill(variable.shape, 0.75)); });
    const mlp = withPlan(binary, presetPlan('mlp', 'xnor-net-plus-plus'));
    const scales = vitParameters(mlp).filter(({ role }) => role === 'scale');
    expect(scales.length).toBe(4);
    for (const { variable } of scales) expect(new Set(variable.dataSync())).toEqual(new Set([0.75]));
    for (const model of [binary, mlp]) model.dispose();
  });
});

describe('replaced branches', () => {
  it('by their float twins have the accuracy of the model without those rules, and float ones lose exactly nothing', async () => {
    const model = built(presetPlan('mlp', 'bnn'));
    const { branches, accuracy } = await branchContributions(model, view, constants, { replacement: 'float' });
    expect(accuracy).toBe(await accuracyOf(model));
    for (const [index, block] of [[1, 0], [3, 1]] as const) {
      const [rule] = presetPlan('mlp', 'bnn').rules;
      const twin = built({ name: 'one MLP', activation: 'gelu', rules: [{ ...rule!, blocks: [1 - block] }] });
      expect(branches[index]!.accuracy).toBe(await accuracyOf(twin));
      twin.dispose();
    }
    for (const index of [0, 2]) expect(branches[index]).toMatchObject({ accuracy, contribution: 0, interval: [0, 0] });
    model.dispose();
  });

  it('by random signs keep the scales, draw by seed and leave the model as it was', async () => {
    const model = built(presetPlan('mhsa', 'xnor-net'));
    const before = weightsOf(model);
    const tensors = tf.memory().numTensors;
    const run = (seed: number): ReturnType<typeof branchContributions> => branchContributions(model, view, constants, { replacement: 'random-signs', random: Random.seeded(seed) });
    const first = await run(1);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(weightsOf(model)).toEqual(before);
    expect(await run(1)).toEqual(first);
    // The MLPs are float: they have no signs to lose.
    for (const index of [1, 3]) expect(first.branches[index]!.contribution).toBe(0);
    await expect(branchContributions(model, view, constants, { replacement: 'random-signs' })).rejects.toThrow('random: expected a generator');
    model.dispose();
  });
});

describe('sensitivity', () => {
  it('of a binary layer is that of a model in which it alone is float, q, k and v together', async () => {
    const model = built(presetPlan('all', 'xnor-net'));
    const { layers, accuracy } = await layerSensitivity(model, view, constants);
    expect(layers.map(({ layer }) => layer)).toEqual([0, 1].flatMap(block => ['attn.qkv', 'attn.proj', 'mlp.fc1', 'mlp.fc2'].map(part => `blocks.${block}.${part}`)));
    const { rules: [rule] } = presetPlan('all', 'xnor-net');
    const without = built({ ...presetPlan('all', 'xnor-net'), rules: [rule!, { ...rule!, sites: ['q', 'k', 'v'], blocks: [1], weight: null, input: null }] });
    expect(layers[4]).toMatchObject({ layer: 'blocks.1.attn.qkv', action: 'restored', accuracy: await accuracyOf(without) });
    for (const row of layers) expect(row.change).toBeCloseTo(row.accuracy - accuracy, 12);
    for (const built of [model, without]) built.dispose();
  });

  it('of a float layer is that of a model in which it alone is binary, elastic scales calibrated', async () => {
    const model = built(presetPlan('none', 'bwn'));
    const tensors = tf.memory().numTensors;
    for (const method of ['bnn', 'bit'] as const) {
      const { layers } = await layerSensitivity(model, view, constants, { method, random: Random.seeded(1) });
      expect(layers.length).toBe(8);
      expect(new Set(layers.map(({ action }) => action))).toEqual(new Set(['binarized']));
      if (method === 'bnn') {
        const [rule] = presetPlan('all', 'bnn').rules;
        const one = built({ name: 'fc2', activation: 'gelu', rules: [{ ...rule!, sites: ['fc2'], blocks: [0] }] });
        expect(layers[3]!.accuracy).toBe(await accuracyOf(one));
        one.dispose();
      }
      expect(formatSensitivity({ accuracy: 0.5, images: 40, layers })).toContain('blocks.1.mlp.fc2    binarized');
    }
    expect(tf.memory().numTensors).toBe(tensors);
    model.dispose();
  });
});

it('the accuracies of two models differ by what their evaluations say; of one model by nothing', async () => {
  const [first, second] = [built(presetPlan('none', 'bwn')), built(presetPlan('all', 'bnn'))];
  const found = await pairedAccuracy(first, second, view, constants);
  expect(found).toMatchObject({ images: 40, first: await accuracyOf(first), accuracy: await accuracyOf(second) });
  expect(found.change).toBeCloseTo(found.accuracy - found.first, 12);
  expect(await pairedAccuracy(first, first, view, constants)).toMatchObject({ change: 0, interval: [0, 0] });
  for (const model of [first, second]) model.dispose();
});

describe('the loss surface', () => {
  it('has the model\'s own loss in its middle, directions of the filters\' norms, and leaves the model as it was', async () => {
    const model = built(presetPlan('none', 'bwn'));
    const [batch] = evaluationBatches(view, 40, constants);
    const before = weightsOf(model);
    const tensors = tf.memory().numTensors;
    const { steps, loss, images } = await lossSurface(model, batch!, Random.seeded(2), { points: 3, reach: 0.5 });
    expect(tf.memory().numTensors).toBe(tensors);
    expect(weightsOf(model)).toEqual(before);
    expect([steps, images]).toEqual([[-0.5, 0, 0.5], 40]);
    // Float32 on our side.
    expect(loss[1]![1]).toBeCloseTo((await evaluate(model, view, constants)).loss, 5);
    expect(await lossSurface(model, batch!, Random.seeded(2), { points: 3, reach: 0.5 })).toEqual({ steps, loss, images });
    await expect(lossSurface(model, batch!, Random.seeded(2), { points: 4 })).rejects.toThrow('points: expected an odd number of at least 3, found 4');
    tf.dispose([batch!.images, batch!.labels]);
    model.dispose();
  });

  it('is flat where the weights are 0, whose directions have the norm 0', async () => {
    const model = built(presetPlan('none', 'bwn'));
    tf.tidy(() => { for (const { role, variable } of vitParameters(model)) if (role === 'weight') variable.assign(tf.zerosLike(variable)); });
    const [batch] = evaluationBatches(view, 40, constants);
    const { loss } = await lossSurface(model, batch!, Random.seeded(2), { points: 3, reach: 10 });
    for (const value of loss.flat()) expect(value).toBeCloseTo(Math.log(tinyModel.numClasses), 5);
    tf.dispose([batch!.images, batch!.labels]);
    model.dispose();
  });
});
