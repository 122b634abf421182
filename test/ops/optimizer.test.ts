import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { AdamW, globalNorm, Sgd, type OptimizedParameter } from '../../src/ops/index.js';
import { backends, normal } from './on-backends.js';

const hyper = { beta1: 0.9, beta2: 0.99, epsilon: 1e-6 };

/** Variables of several shapes, one with decay, one with a clip that is reached, and a gradient for each of `steps` steps. */
function problem(steps: number): { parameters: OptimizedParameter[]; gradients: tf.Tensor[][]; dispose: () => void } {
  const random = Random.seeded(41);
  const shapes = [[3, 5], [1], [257], [4, 4]];
  const settings = [{ decay: 0, clip: null }, { decay: 0.3, clip: null }, { decay: 0, clip: 0.4 }, { decay: 0.1, clip: 1 }];
  const parameters = shapes.map((shape, i) => ({ variable: tf.tidy(() => tf.variable(normal(random, shape))), ...settings[i]! }));
  const gradients = Array.from({ length: steps }, () => shapes.map(shape => normal(random, shape)));
  return { parameters, gradients, dispose: () => { tf.dispose([parameters.map(({ variable }) => variable), gradients]); } };
}

const values = (parameters: OptimizedParameter[]): number[][] => parameters.map(({ variable }) => Array.from(variable.dataSync()));

describe.each(backends)('optimizers on %s', name => {
  beforeAll(async () => { await useBackend(name); });

  it('AdamW does a step computed by hand', () => {
    // m = 0.1 · 2, v = 0.01 · 4; corrected m = 2, v = 4; w = 1 - 0.1 (0.5 · 1 + 2 / (2 + 0)) = 0.85. The second starts at -1.
    const variable = tf.tidy(() => tf.variable(tf.tensor1d([1, -1])));
    const gradient = tf.tensor1d([4, 4]);
    const adam = new AdamW({ ...hyper, epsilon: 0 });
    adam.step([{ variable, decay: 0.5, clip: null }], [gradient], 0.1, 0.5);
    variable.dataSync().forEach((value, i) => { expect(value).toBeCloseTo([0.85, -1.05][i]!, 6); });
    expect(adam.state().step).toBe(1);
    adam.state().slots[0]!.momentum.forEach(value => { expect(value).toBeCloseTo(0.2, 7); });
    adam.state().slots[0]!.variance.forEach(value => { expect(value).toBeCloseTo(0.04, 7); });
    adam.dispose();
    tf.dispose([variable, gradient]);
  });

  it('AdamW follows its formula in float64 over 8 steps, with decay, clip and gradient scale', () => {
    const { parameters, gradients, dispose } = problem(8);
    const w = values(parameters);
    const m = w.map(row => row.map(() => 0));
    const v = w.map(row => row.map(() => 0));
    const adam = new AdamW(hyper);
    gradients.forEach((step, t) => {
      const [rate, scale] = [0.05 / (t + 1), 0.7];
      parameters.forEach(({ decay, clip }, i) => {
        const g = step[i]!.dataSync();
        w[i]!.forEach((_, j) => {
          const first = 0.9 * m[i]![j]! + 0.1 * scale * g[j]!;
          const second = 0.99 * v[i]![j]! + 0.01 * (scale * g[j]!) ** 2;
          [m[i]![j], v[i]![j]] = [first, second];
          const direction = first / (1 - 0.9 ** (t + 1)) / (Math.sqrt(second / (1 - 0.99 ** (t + 1))) + 1e-6);
          const next = w[i]![j]! - rate * (decay * w[i]![j]! + direction);
          w[i]![j] = clip === null ? next : Math.max(-clip, Math.min(clip, next));
        });
      });
      adam.step(parameters, step, rate, scale);
    });
    // Eight float32 steps of size up to 0.05.
    values(parameters).forEach((row, i) => { row.forEach((value, j) => { expect(Math.abs(value - w[i]![j]!)).toBeLessThan(3e-6); }); });
    expect(Math.max(...values(parameters)[2]!.map(Math.abs)), 'the clip was reached').toBeCloseTo(0.4, 6);
    adam.dispose();
    dispose();
  });

  it('Sgd follows its formula in float64 over 8 steps', () => {
    const { parameters, gradients, dispose } = problem(8);
    const w = values(parameters);
    const velocity = w.map(row => row.map(() => 0));
    const sgd = new Sgd({ momentum: 0.8 });
    for (const step of gradients) {
      parameters.forEach(({ decay, clip }, i) => {
        const g = step[i]!.dataSync();
        w[i]!.forEach((_, j) => {
          const speed = 0.8 * velocity[i]![j]! + 0.5 * g[j]!;
          velocity[i]![j] = speed;
          const next = w[i]![j]! - 0.01 * (decay * w[i]![j]! + speed);
          w[i]![j] = clip === null ? next : Math.max(-clip, Math.min(clip, next));
        });
      });
      sgd.step(parameters, step, 0.01, 0.5);
    }
    values(parameters).forEach((row, i) => { row.forEach((value, j) => { expect(Math.abs(value - w[i]![j]!)).toBeLessThan(2e-6); }); });
    sgd.dispose();
    dispose();
  });

  it.each([['AdamW', () => new AdamW(hyper)], ['Sgd', () => new Sgd({ momentum: 0.8 })]] as const)(
    '%s restored from its state goes on with the same bits, and leaves no tensor behind', (_, make) => {
      const before = tf.memory().numTensors;
      const { parameters, gradients, dispose } = problem(6);
      const whole = make();
      for (const step of gradients.slice(0, 3)) whole.step(parameters, step, 0.01, 1);
      const saved = whole.state();
      const weights = values(parameters);
      for (const step of gradients.slice(3)) whole.step(parameters, step, 0.01, 1);
      const expected = values(parameters);
      parameters.forEach(({ variable }, i) => { tf.tidy(() => { variable.assign(tf.tensor(weights[i]!, variable.shape)); }); });
      const resumed = make();
      resumed.restore(saved as never, parameters);
      for (const step of gradients.slice(3)) resumed.step(parameters, step, 0.01, 1);
      expect(values(parameters)).toEqual(expected);
      expect(resumed.state()).toEqual(whole.state());
      expect(() => { resumed.restore(saved as never, parameters.slice(1)); }).toThrow(RangeError);
      whole.dispose();
      resumed.dispose();
      dispose();
      expect(tf.memory().numTensors).toBe(before);
    });

  it('a step changes no tensor that was taken from the variable before', () => {
    const { parameters, gradients, dispose } = problem(1);
    const kept = parameters[0]!.variable.clone();
    const before = Array.from(kept.dataSync());
    const adam = new AdamW(hyper);
    adam.step(parameters, gradients[0]!, 0.1, 1);
    expect(Array.from(kept.dataSync())).toEqual(before);
    expect(values(parameters)[0]).not.toEqual(before);
    adam.dispose();
    kept.dispose();
    dispose();
  });

  it('latent weights without a gradient and without decay stay as they are, float weights decay', () => {
    const [latent, weight] = tf.tidy(() => [tf.variable(tf.tensor1d([0.3, -0.2])), tf.variable(tf.tensor1d([0.3, -0.2]))]);
    const zero = tf.zeros([2]);
    const adam = new AdamW({ ...hyper, epsilon: 1e-8 });
    adam.step([{ variable: latent, decay: 0, clip: 1 }, { variable: weight, decay: 0.5, clip: null }], [zero, zero], 0.1, 1);
    expect(Array.from(latent.dataSync())).toEqual([0.3, -0.2].map(Math.fround));
    weight.dataSync().forEach((value, i) => { expect(value).toBeCloseTo([0.285, -0.19][i]!, 6); });
    adam.dispose();
    tf.dispose([latent, weight, zero]);
  });

  it('globalNorm is the square root of all squares, summed in float64; NaN comes through', () => {
    const before = tf.memory().numTensors;
    const tensors = [tf.tensor1d([3]), tf.tensor2d([0, 4], [1, 2]), tf.scalar(12)];
    expect(globalNorm(tensors)).toBeCloseTo(13, 6);
    // A float32 sum of squares would stop growing at 2^24.
    const many = tf.ones([20_000_000 / 4]);
    expect(globalNorm([many, many, many, many])).toBeCloseTo(Math.sqrt(20_000_000), 3);
    const broken = tf.tensor1d([1, NaN]);
    expect(globalNorm([...tensors, broken])).toBeNaN();
    const infinite = tf.tensor1d([1, -Infinity]);
    expect(globalNorm([infinite])).toBe(Infinity);
    tf.dispose([tensors, many, broken, infinite]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
