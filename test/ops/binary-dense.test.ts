import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { binaryDense, NonFiniteError, type BinaryDenseOptions } from '../../src/ops/index.js';
import { backends, normal } from './on-backends.js';

const clipped = { name: 'clipped' } as const;

function weightGradient(x: tf.Tensor, weight: tf.Tensor, options: BinaryDenseOptions): number[] {
  return tf.tidy(() => Array.from(tf.grad(w => binaryDense(x, w, null, options, 'layer'))(weight).dataSync()));
}

describe.each(backends)('binaryDense on %s', name => {
  beforeAll(async () => { await useBackend(name); });

  it('the gradient through alpha is the derivation\'s: W = [.5, -.25, 2, -.05], g = [1, 2, 3, 4], alpha = .7', () => {
    const weight = tf.tensor2d([0.5, -0.25, 2, -0.05], [4, 1]);
    // One row of input, so that g = x^T dy is the input.
    const x = tf.tensor2d([1, 2, 3, 4], [1, 4]);
    const expected = { detached: [0.7, 1.4, 0, 2.8], exact: [0.2, 1.9, -0.5, 3.3] };
    for (const scale of ['tensor', 'channel'] as const) {
      for (const scaleGradient of ['detached', 'exact'] as const) {
        const gradient = weightGradient(x, weight, { input: null, weight: clipped, scale, scaleGradient });
        gradient.forEach((value, i) => { expect(value).toBeCloseTo(expected[scaleGradient][i]!, 5); });
      }
    }
    tf.dispose([weight, x]);
  });

  it('the gradient through the scale is a finite difference of the output, whose signs do not change', () => {
    const random = Random.seeded(21);
    for (const scale of ['tensor', 'channel'] as const) {
      const [x, direction] = [normal(random, [6, 5]), normal(random, [5, 3], 0.1)];
      // Away from zero by more than the step, so that the output is linear in alpha and alpha linear in W.
      const weight = tf.tidy(() => { const w = normal(random, [5, 3]); return w.add(w.sign().mul(0.5)); });
      const options = { input: clipped, weight: clipped, scale } as const;
      const slope = tf.tidy(() => {
        const output = (sign: number): tf.Tensor => binaryDense(x, weight.add(direction.mul(sign)), null, { ...options, scaleGradient: 'exact' }, 'layer').sum();
        return output(1).sub(output(-1)).div(2).dataSync()[0]!;
      });
      const exact = weightGradient(x, weight, { ...options, scaleGradient: 'exact' });
      const detached = weightGradient(x, weight, { ...options, scaleGradient: 'detached' });
      const along = direction.dataSync<'float32'>().reduce((sum, value, i) => sum + value * (exact[i]! - detached[i]!), 0);
      // The output is linear here, so only float32 rounding of values up to about 30 remains.
      expect(along).toBeCloseTo(slope, 4);
      tf.dispose([x, weight, direction]);
    }
  });

  it('with binary input every output is alpha times an integer of the parity of `in`, for any shape', () => {
    const size = fc.integer({ min: 1, max: 70 });
    fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), size, size, fc.integer({ min: 0, max: 1000 }), (rows, inputs, outputs, seed) => {
      const random = Random.seeded(seed);
      tf.tidy(() => {
        const x = normal(random, [rows, inputs]);
        const weight = normal(random, [inputs, outputs]);
        const plain = binaryDense(x, weight, null, { input: clipped, weight: clipped, scale: 'none', scaleGradient: 'exact' }, 'layer').dataSync();
        const scaled = binaryDense(x, weight, null, { input: clipped, weight: clipped, scale: 'channel', scaleGradient: 'exact' }, 'layer').dataSync();
        const signs = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync(), value => (value >= 0 ? 1 : -1));
        const [xs, ws] = [signs(x), signs(weight)];
        const alpha = weight.abs().mean(0).dataSync();
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < outputs; column++) {
            let dot = 0;
            for (let i = 0; i < inputs; i++) dot += xs[row * inputs + i]! * ws[i * outputs + column]!;
            expect(plain[row * outputs + column]).toBe(dot);
            // mean |W| of up to 70 values in another order, times an integer of up to 70.
            expect(Math.abs(scaled[row * outputs + column]! - alpha[column]! * dot)).toBeLessThan(1e-5 * Math.max(1, Math.abs(dot)));
          }
        }
      });
    }), { numRuns: 25 });
  });

  it('zeros count as +1 in input and weight', () => {
    tf.tidy(() => {
      const y = binaryDense(tf.tensor2d([0, -0, -1], [1, 3]), tf.tensor2d([-0, 0, 0], [3, 1]), null, { input: clipped, weight: clipped, scale: 'none', scaleGradient: 'exact' }, 'layer');
      expect(Array.from(y.dataSync())).toEqual([1]);
    });
  });

  it.each(['input', 'weight'] as const)('a NaN in the %s is an error that names layer and operand', operand => {
    const before = tf.memory().numTensors;
    const make = (broken: boolean): tf.Tensor => tf.tensor2d([1, broken ? NaN : 2, broken ? -Infinity : 3, 4], [2, 2]);
    const [x, weight] = [make(operand === 'input'), make(operand === 'weight')];
    const run = (input: typeof clipped | null): tf.Tensor =>
      binaryDense(x, weight, null, { input, weight: clipped, scale: 'channel', scaleGradient: 'exact' }, 'blocks.0.attn.proj');
    expect(() => tf.tidy(() => run(clipped))).toThrow(NonFiniteError);
    expect(() => tf.tidy(() => run(clipped))).toThrow(`blocks.0.attn.proj ${operand}: `);
    if (operand === 'input') {
      const passed = run(null);
      expect(Array.from(passed.dataSync()).some(Number.isFinite), 'a float input is nobody\'s sign: its NaN and infinity come through').toBe(false);
      passed.dispose();
    }
    tf.dispose([x, weight]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses operands that do not fit', () => {
    tf.tidy(() => {
      expect(() => binaryDense(tf.ones([2, 3]), tf.ones([4, 5]), null, { input: null, weight: clipped, scale: 'none', scaleGradient: 'exact' }, 'layer')).toThrow(RangeError);
    });
  });
});
