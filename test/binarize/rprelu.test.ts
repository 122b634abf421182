import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { rprelu, rpreluParameters } from '../../src/binarize/index.js';
import { expectClose, finiteDifferences } from './tensors.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('RPReLU', () => {
  const parameters = { before: [0.5, -0.5], slope: [0.25, 0.1], after: [1, -1] };
  const tensors = () => Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, tf.tensor1d(values)]));

  it('is the PReLU of x − before, plus after, per channel', () => {
    const x = tf.tensor([2, 1, -1, -2], [1, 2, 2]);
    expectClose(rprelu(x, tensors()), [1.5 + 1, 1.5 - 1, -1.5 * 0.25 + 1, -1.5 * 0.1 - 1], 1e-6);
  });

  it('starts as PReLU with slope 0.25', () => {
    const start = Object.fromEntries(rpreluParameters(2).map(p => [p.name, p.initial(null)]));
    expectClose(rprelu(tf.tensor2d([3, -4], [1, 2]), start), [3, -1], 0);
    for (const { shape, trainable, decay } of rpreluParameters(2)) expect({ shape, trainable, decay }).toEqual({ shape: [2], trainable: true, decay: false });
  });

  it('has the gradients that finite differences see, for x and all parameters', () => {
    const values = [2, 1, -1, -2];
    const g = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const names = ['before', 'slope', 'after'] as const;
    const all = [...values, ...names.flatMap(name => parameters[name])];
    const loss = (flat: tf.Tensor1D): tf.Scalar => {
      const part = (from: number, size: number): tf.Tensor => tf.slice(flat, [from], [size]);
      const x = tf.reshape(part(0, 4), [2, 2]);
      return tf.sum(tf.mul(rprelu(x, { before: part(4, 2), slope: part(6, 2), after: part(8, 2) }), g));
    };
    // 1e-3: piecewise linear, so only the rounding of a float32 loss of size 10 divided by twice the step is left.
    expectClose(tf.grad(flat => loss(flat as tf.Tensor1D))(tf.tensor1d(all)),
      finiteDifferences(x => tf.tidy(() => loss(tf.tensor1d(x)).dataSync()[0]!), all), 1e-3);
  });

  it('names the parameters that it needs', () => {
    expect(() => rprelu(tf.ones([1, 2]), {})).toThrow("expected the parameters 'before', 'slope' and 'after'");
  });
});
