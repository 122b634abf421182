import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { attention, attentionProbabilities, dense, gelu, layerNorm, softmaxCrossEntropy } from '../../src/ops/index.js';
import { backends, normal } from './on-backends.js';

type Operation = (...inputs: tf.Tensor[]) => tf.Tensor;

const labels = (): tf.Tensor => tf.tensor1d([1, 0, 6, 3], 'int32');

/** Differentiable operations with the shapes of their inputs. */
const operations: [title: string, run: Operation, shapes: number[][]][] = [
  ['dense', (x, w, b) => dense(x, w, b), [[3, 2, 5], [5, 4], [4]]],
  ['gelu', x => gelu(x), [[4, 9]]],
  ['layerNorm', (x, gamma, beta) => layerNorm(x, gamma, beta, 1e-5), [[4, 7], [7], [7]]],
  ['attention', qkv => attention(qkv, 2), [[2, 17, 12]]],
  ['attention of one token', qkv => attention(qkv, 3), [[1, 1, 9]]],
  ['softmaxCrossEntropy', logits => softmaxCrossEntropy(logits, labels(), 0), [[4, 7]]],
  ['softmaxCrossEntropy with label smoothing', logits => softmaxCrossEntropy(logits, labels(), 0.2), [[4, 7]]],
];

describe.each(backends)('on %s the gradient is the slope of the value for', name => {
  beforeAll(async () => { await useBackend(name); });

  it.each(operations)('%s', (_, run, shapes) => {
    const random = Random.seeded(31);
    tf.tidy(() => {
      const inputs = shapes.map(shape => normal(random, shape));
      const weights = normal(random, run(...inputs).shape);
      // Weighted sum of the outputs in float64: the difference quotient must not lose more digits than the operation does.
      const value = (at: tf.Tensor[]): number => {
        const factors = weights.dataSync();
        return run(...at).dataSync<'float32'>().reduce((sum, output, i) => sum + output * factors[i]!, 0);
      };
      const gradients = tf.grads((...at: tf.Tensor[]) => run(...at).mul(weights).sum())(inputs);
      inputs.forEach((input, i) => {
        const direction = normal(random, input.shape);
        const step = 1e-2;
        const along = (sign: number): number => value(inputs.map((other, j) => (j === i ? input.add(direction.mul(sign * step)) : other)));
        const slope = (along(1) - along(-1)) / (2 * step);
        const expected = gradients[i]!.mul(direction).sum().dataSync()[0]!;
        // Central differences: O(step^2) = 1e-4 times third derivatives, and float32 rounding of 1e-7 / step.
        expect(Math.abs(slope - expected)).toBeLessThan(3e-3 * Math.max(1, Math.abs(expected)));
      });
    });
  });
});

describe.each(backends)('on %s', name => {
  beforeAll(async () => { await useBackend(name); });

  it('gelu has one sign on all backends far below 0, where binary layers read it, and is x Phi(x) there to 2e-7', () => {
    // Phi from the complementary error function of scipy.
    const expected: readonly (readonly [number, number])[] = [[-3.9, -1.87583e-4], [-4.1, -8.46968e-5], [-5, -1.433258e-6], [-6, -5.919526e-9], [-8, -4.976768e-15]];
    tf.tidy(() => {
      gelu(tf.tensor1d(expected.map(([x]) => x))).dataSync().forEach((value, i) => { expect(Math.abs(value - expected[i]![1])).toBeLessThan(2e-7); });
      expect(gelu(tf.linspace(-9.5, -0.01, 400)).less(0).all().dataSync()[0]).toBe(1);
      // What is below 1e-20 is 0 on every backend.
      expect(gelu(tf.linspace(-30, -9.7, 100)).equal(0).all().dataSync()[0]).toBe(1);
    });
  });

  it('gelu is x Phi(x) at tabulated points of the normal distribution', () => {
    // Phi(1) = 0.8413447461, Phi(2) = 0.9772498681, Phi(3) = 0.9986501020; erf of tfjs is good to 1.5e-7.
    const expected = [0, 0.8413447461, -0.1586552539, 1.9544997361, 2.9959503061, -0.0040496940];
    tf.tidy(() => { gelu(tf.tensor1d([0, 1, -1, 2, 3, -3])).dataSync().forEach((value, i) => { expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-6); }); });
  });

  it('the rows of the attention probabilities sum to 1, and attention is their product with v', () => {
    tf.tidy(() => {
      const qkv = normal(Random.seeded(8), [2, 17, 24]);
      const probabilities = attentionProbabilities(qkv, 2);
      probabilities.sum(-1).dataSync().forEach(sum => { expect(sum).toBeCloseTo(1, 5); });
      const value = qkv.slice([0, 0, 16], [2, 17, 8]).reshape([2, 17, 2, 4]).transpose([0, 2, 1, 3]);
      const expected = tf.matMul(probabilities, value).transpose([0, 2, 1, 3]).reshape([2, 17, 8]).dataSync();
      attention(qkv, 2).dataSync().forEach((output, i) => { expect(output).toBeCloseTo(expected[i]!, 5); });
    });
  });

  it('layerNorm keeps a constant row at beta, with an epsilon below its rounding', () => {
    tf.tidy(() => {
      const y = layerNorm(tf.fill([2, 8], 0.25), tf.ones([8]), tf.fill([8], 3), 1e-12);
      expect(Array.from(y.dataSync())).toEqual(new Array(16).fill(3));
    });
  });

  it('cross entropy of equal logits is ln(classes), of huge logits finite', () => {
    tf.tidy(() => {
      expect(softmaxCrossEntropy(tf.zeros([4, 7]), labels(), 0.1).dataSync()[0]).toBeCloseTo(Math.log(7), 6);
      expect(softmaxCrossEntropy(tf.tensor2d([1e4, -1e4], [1, 2]), tf.tensor1d([1], 'int32'), 0).dataSync()[0]).toBeCloseTo(2e4, 0);
    });
  });

  it('labels that are no classes are refused', () => {
    tf.tidy(() => {
      const logits = tf.zeros([2, 3]);
      expect(() => softmaxCrossEntropy(logits, tf.tensor1d([0, 3], 'int32'), 0)).toThrow('expected labels from 0 to 2, found 3');
      expect(() => softmaxCrossEntropy(logits, tf.tensor1d([-1, 0], 'int32'), 0)).toThrow(RangeError);
      expect(() => softmaxCrossEntropy(logits, tf.tensor1d([0, 1]), 0)).toThrow('int32 labels');
      expect(() => softmaxCrossEntropy(logits, tf.tensor1d([0], 'int32'), 0)).toThrow(RangeError);
    });
  });

  it('a NaN comes through what takes no sign', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([NaN, 1, 2, 3, 4, 5], [1, 6]);
      const results = [
        dense(x, tf.ones([6, 2]), null), gelu(x), layerNorm(x, tf.ones([6]), tf.zeros([6]), 1e-6), attention(x.reshape([1, 1, 6]), 1).add(attention(x.reshape([1, 2, 3]), 1).sum()),
        softmaxCrossEntropy(x, tf.tensor1d([2], 'int32'), 0),
      ];
      for (const result of results) expect(Array.from(result.dataSync()).some(Number.isNaN)).toBe(true);
    });
  });
});
