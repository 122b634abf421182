import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { activationTable, attentionMaps, formatActivations, probeBatch, type ActivationRow } from '../../src/analysis/index.js';
import { Random, useBackend } from '../../src/backend/index.js';
import { presetPlan, type BinarizationPlan } from '../../src/binarize/index.js';
import { normalization, wholeView } from '../../src/data/index.js';
import { buildVit, forward, vitParameters, type VitConfig } from '../../src/models/index.js';
import { tinyData, tinyModel } from '../training/tiny.js';

beforeAll(async () => { await useBackend('cpu'); });

const view = wholeView(tinyData().test);
const constants = normalization(view);
const built = (plan: BinarizationPlan, config: VitConfig = tinyModel): tf.LayersModel => buildVit(config, plan, Random.seeded(6));
const images = (): tf.Tensor4D => tf.randomUniform<tf.Rank.R4>([3, 8, 8, 1], -1, 1, 'float32', 5);

function set(model: tf.LayersModel, name: string, values: (variable: tf.Variable) => tf.Tensor): void {
  for (const parameter of vitParameters(model)) if (parameter.name === name) tf.tidy(() => { parameter.variable.assign(values(parameter.variable)); });
}

function rowsOf(model: tf.LayersModel): Map<string, ActivationRow> {
  const batch = images();
  const tensors = tf.memory().numTensors;
  const rows = activationTable(model, batch);
  expect(tf.memory().numTensors).toBe(tensors);
  batch.dispose();
  return new Map(rows.map(row => [row.name, row]));
}

describe('a probe', () => {
  it('is different images of the view, the same for a seed, with their labels', () => {
    const draw = (seed: number): number[] => {
      const probe = probeBatch(view, 12, constants, Random.seeded(seed));
      expect(probe.images.shape).toEqual([12, 8, 8, 1]);
      expect([...probe.labels.dataSync()]).toEqual([...probe.indices].map(index => view.set.labels[index]));
      tf.dispose([probe.images, probe.labels]);
      return [...probe.indices];
    };
    const first = draw(1);
    expect(new Set(first).size).toBe(12);
    expect(draw(1)).toEqual(first);
    expect(draw(2)).not.toEqual(first);
    expect(() => probeBatch(view, 41, constants, Random.seeded(1))).toThrow('expected a whole number of images from 1 to 40, found 41');
  });
});

describe('activations', () => {
  it('are what the linear layers multiply: the images first, and last what gives the logits', () => {
    const model = built(presetPlan('all', 'xnor-net'));
    const batch = images();
    const seen = new Map<string, tf.Tensor>();
    const logits = forward(model, batch, { training: false, input: (name, values) => { seen.set(name, tf.keep(values.clone())); } });
    const parameters = new Map(vitParameters(model).map(({ name, variable }) => [name, variable]));
    const expected = seen.get('head')!.matMul(parameters.get('head.weight')!).add(parameters.get('head.bias')!).dataSync();
    // Float32 sums of eight products in another order.
    logits.dataSync().forEach((value, at) => { expect(value).toBeCloseTo(expected[at]!, 5); });
    expect([...seen.get('patch_embed.proj')!.dataSync()].sort()).toEqual([...batch.dataSync()].sort());
    expect([...seen.keys()]).toEqual([...rowsOf(model).keys()]);
    model.dispose();
  });

  it('have as many upper levels as the binarizer gives, shift included, and channels that never change are counted', () => {
    const model = built(presetPlan('mlp', 'react'));
    // The shift alone decides the signs of the first two channels.
    set(model, 'blocks.0.mlp.fc1.input.shift', variable => tf.tensor1d([100, -100, 0, 0, 0, 0, 0, 0]).reshape(variable.shape));
    const row = rowsOf(model).get('blocks.0.mlp.fc1')!;
    expect(row).toMatchObject({ binary: true, features: 8 });
    expect(row.constantChannels).toBeGreaterThanOrEqual(2);
    expect([row.channelUpper.minimum, row.channelUpper.maximum]).toEqual([0, 1]);
    expect(row.saturated).toBeGreaterThanOrEqual(0.25);
    expect(row.channelEntropy).toBeLessThanOrEqual(0.75);
    expect(row.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(3 * 4 * 8);
    expect(row.values.n).toBe(3 * 4 * 8);
    model.dispose();
  });

  it('of float layers and of the operands of attention have rows too', () => {
    const model = built(presetPlan('mhsa', 'bnn', { attentionProducts: true }));
    const rows = rowsOf(model);
    expect([...rows.keys()].slice(1, 7)).toEqual(['qkv', 'query', 'key', 'probabilities', 'value', 'proj'].map(part => `blocks.0.attn.${part}`));
    expect(rows.get('blocks.0.mlp.fc1')!.binary).toBe(false);
    // Probabilities are positive; their level is 1 above a quarter of the row's maximum.
    expect(rows.get('blocks.0.attn.probabilities')!.values.minimum).toBeGreaterThan(0);
    expect(rows.get('blocks.0.attn.probabilities')!.upper).toBeGreaterThan(0.25);
    expect(formatActivations([...rows.values()], 3)).toContain('blocks.0.attn.probabilities  1 bit');
    model.dispose();
  });
});

describe('attention maps', () => {
  const config: VitConfig = { ...tinyModel, patchSize: 2, classToken: true, globalPool: 'token' };

  it('of equal scores are the same everywhere', () => {
    for (const shape of [config, { ...config, globalPool: 'avg' as const }]) {
      const model = built(presetPlan('none', 'bwn'), shape);
      for (const block of [0, 1]) set(model, `blocks.${block}.attn.qkv.weight`, tf.zerosLike);
      const batch = images();
      const tensors = tf.memory().numTensors;
      const { side, rollout, blocks } = attentionMaps(model, batch);
      expect(tf.memory().numTensors).toBe(tensors);
      expect([side, rollout.length, blocks[0]!.length]).toEqual([4, 3, 2]);
      for (const map of [...rollout, ...blocks.flat()]) for (const share of map) expect(share).toBeCloseTo(1 / 16, 6);
      tf.dispose(batch);
      model.dispose();
    }
  });

  it('are what loops over the probabilities give, binarized ones scaled to rows of 1', () => {
    const model = built(presetPlan('mhsa', 'bit', { attentionProducts: true }), config);
    const batch = images();
    const seen: number[][][][][] = [];
    // One pass in training sets the factors that start from a batch.
    tf.tidy(() => { forward(model, batch, { training: true, random: Random.seeded(1) }); });
    tf.tidy(() => { forward(model, batch, { training: false, attention: (_, probabilities) => { seen.push(probabilities.arraySync()); } }); });
    const { rollout, blocks } = attentionMaps(model, batch);
    for (let image = 0; image < 3; image++) {
      const means = seen.map(heads => Array.from({ length: 17 }, (_row, query) => {
        const row = Array.from({ length: 17 }, (_column, key) => (heads[image]![0]![query]![key]! + heads[image]![1]![query]![key]!) / 2);
        const sum = Math.max(1e-30, row.reduce((total, value) => total + value, 0));
        return row.map(value => value / sum);
      }));
      const withResidual = means.map(rows => rows.map((row, query) => row.map((value, key) => (value + (query === key ? 1 : 0)) / 2)));
      const product = Array.from({ length: 17 }, (_, key) =>
        withResidual[1]![0]!.reduce((sum, value, middle) => sum + value * withResidual[0]![middle]![key]!, 0));
      const map = (row: readonly number[]): number[] => {
        const patches = row.slice(1);
        const total = Math.max(1e-30, patches.reduce((sum, value) => sum + value, 0));
        return patches.map(value => value / total);
      };
      // Float32 on our side.
      map(product).forEach((share, patch) => { expect(rollout[image]![patch]).toBeCloseTo(share, 5); });
      means.forEach((rows, block) => { map(rows[0]!).forEach((share, patch) => { expect(blocks[image]![block]![patch]).toBeCloseTo(share, 5); }); });
    }
    tf.dispose(batch);
    model.dispose();
  });
});
