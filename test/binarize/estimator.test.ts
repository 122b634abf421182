import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { binarizeInput, errorDecay, estimatorFactor, signEstimator, type EstimatorSpec } from '../../src/binarize/index.js';
import { evaluation, expectClose } from './tensors.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('an estimator', () => {
  const points = [-2, -1.5, -1, 0.1, 0.9, 1.5, 2];
  const sech2 = (x: number): number => 1 - Math.tanh(x) ** 2;

  it.each<[EstimatorSpec, number[]]>([
    [{ name: 'identity' }, [1, 1, 1, 1, 1, 1, 1]],
    [{ name: 'clipped' }, [0, 0, 1, 1, 1, 0, 0]],
    [{ name: 'approx-sign' }, [0, 0, 0, 1.8, 0.2, 0, 0]],
    [{ name: 'swish-sign', beta: 5 }, points.map(x => 5 * (2 - 5 * x * Math.tanh(2.5 * x)) / (1 + Math.cosh(5 * x)))],
    [{ name: 'ede', tMin: 0.1, tMax: 10 }, points.map(x => sech2(0.1 * x))],
    // The mean of |x| is 9/7 and −ln(2 − 2·0.92) = 1.833, so the bound is 2.36.
    [{ name: 'recu', tau: 0.92 }, [1, 1, 1, 1, 1, 1, 1]],
    // −ln(2 − 2·0.6) = 0.223: the bound is 0.287.
    [{ name: 'recu', tau: 0.6 }, [0, 0, 0, 1, 0, 0, 0]],
  ])('has its closed form: %j', (spec, expected) => {
    expectClose(estimatorFactor(tf.tensor1d(points), spec, 0), expected, 1e-6);
  });

  it('never changes the forward sign', () => {
    for (const estimator of [{ name: 'identity' }, { name: 'approx-sign' }, { name: 'ede', tMin: 0.1, tMax: 10 }] as const) {
      const spec = { levels: 'signed', estimator, scale: { name: 'none' }, threshold: { name: 'fixed' } } as const;
      expectClose(binarizeInput(spec, tf.tensor1d(points), {}, evaluation), [-1, -1, -1, 1, 1, 1, 1], 0);
    }
  });

  it('of error decay goes from wide to sharp as the paper schedules it', () => {
    expect(errorDecay(0.1, 10, 0)).toEqual({ t: 0.1, k: 10 });
    expect(errorDecay(0.1, 10, 0.5).t).toBeCloseTo(1, 12);
    expect(errorDecay(0.1, 10, 1).t).toBeCloseTo(10, 12);
    expect(errorDecay(0.1, 10, 1).k).toBe(1);
    expect(() => errorDecay(0.1, 10, 1.5)).toThrow('progress: expected a number from 0 to 1, found 1.5');
    expect(signEstimator({ name: 'ede', tMin: 0.1, tMax: 10 }, 0)).toEqual({ name: 'ede', t: 0.1, k: 10 });
  });

  it('of ReCU is not one that the ops know, because its bound depends on the weights', () => {
    expect(signEstimator({ name: 'recu', tau: 0.92 }, 0)).toBeNull();
  });
});
