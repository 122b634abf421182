import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../src/backend/index.js';
import { binarySign, estimatorDerivative, NonFiniteError, type SignEstimator } from '../../src/ops/index.js';
import { backends, take } from './on-backends.js';

/** dL/dx of the sign for a gradient of 1 at each value. */
function signGradient(x: number[], estimator: SignEstimator): number[] {
  return tf.tidy(() => Array.from(tf.grad(v => binarySign(v, estimator, 'x'))(tf.tensor1d(x)).dataSync()));
}

const edges = [-2, -1.5, -1, 0.1, 0.9, 1.5, 2];

describe.each(backends)('the sign and its estimators on %s', name => {
  beforeAll(async () => { await useBackend(name); });

  it('sign(0) and sign(-0) are +1', () => {
    // The smallest normal float32 is 1.18e-38; libtensorflow takes smaller ones for 0.
    expect(tf.tidy(() => Array.from(binarySign(tf.tensor1d([-1, -0, 0, 1, -1.2e-38, 1.2e-38]), { name: 'identity' }, 'x').dataSync()))).toEqual([-1, 1, 1, 1, -1, 1]);
  });

  it('identity passes every gradient, clipped passes it where |x| <= 1 and the edge counts', () => {
    expect(signGradient([-2, -1, 0, 1, 1.5], { name: 'identity' })).toEqual([1, 1, 1, 1, 1]);
    expect(signGradient([-2, -1, 0, 1, 1.5], { name: 'clipped' })).toEqual([0, 1, 1, 1, 0]);
    expect(signGradient(edges, { name: 'clipped' })).toEqual([0, 0, 1, 1, 1, 0, 0]);
  });

  it('approx-sign is 2 - 2|x| inside and 0 outside', () => {
    const expected = [0, 0, 0, 1.8, 0.2, 0, 0];
    signGradient(edges, { name: 'approx-sign' }).forEach((value, i) => { expect(value).toBeCloseTo(expected[i]!, 6); });
  });

  it('swish-sign and ede follow their formulas, computed in float64, also where exponentials overflow float32', () => {
    fc.assert(fc.property(
      fc.array(fc.double({ min: -60, max: 60, noNaN: true }), { minLength: 1, maxLength: 20 }), fc.double({ min: 0.1, max: 10, noNaN: true }),
      (values, parameter) => {
        const x = values.map(Math.fround);
        const t = Math.fround(parameter);
        const k = Math.fround(Math.max(1 / t, 1));
        const swish = x.map(v => t * (2 - t * v * Math.tanh(t * v / 2)) / (1 + Math.cosh(t * v)));
        const decay = x.map(v => k * t * (1 - Math.tanh(t * v) ** 2));
        // float32 exponentials, relative to the estimator's maximum, which is below t, and k t.
        signGradient(x, { name: 'swish-sign', beta: t }).forEach((value, i) => { expect(Math.abs(value - swish[i]!)).toBeLessThan(4e-6 * t); });
        signGradient(x, { name: 'ede', t, k }).forEach((value, i) => { expect(Math.abs(value - decay[i]!)).toBeLessThan(4e-6 * k * t); });
      }), { numRuns: 30 });
  });

  it('the gradient of the sign is estimatorDerivative', () => {
    const estimators: SignEstimator[] = [{ name: 'identity' }, { name: 'clipped' }, { name: 'approx-sign' }, { name: 'swish-sign', beta: 5 }, { name: 'ede', t: 2, k: 1 }];
    for (const estimator of estimators) {
      const derivative = take(tf.tidy(() => estimatorDerivative(tf.tensor1d(edges), estimator)));
      signGradient(edges, estimator).forEach((value, i) => { expect(value).toBeCloseTo(derivative[i]!, 5); });
    }
  });

  it('a NaN or an infinity is an error that says where and how many, and leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    const x = tf.tensor2d([1, NaN, Infinity, -2, NaN, -Infinity, NaN, 0], [2, 4]);
    let error: unknown;
    try {
      tf.tidy(() => binarySign(x, { name: 'clipped' }, 'blocks.2.mlp.fc1 input'));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(NonFiniteError);
    expect(error).toMatchObject({ label: 'blocks.2.mlp.fc1 input', nan: 3, infinite: 2, total: 8 });
    expect((error as Error).message).toMatch(/^blocks\.2\.mlp\.fc1 input: .*3 NaN and 2 infinite of 8/);
    x.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
