import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { binarizeInput, binarizeWeight, fusedOptions, methodNames, methods } from '../../src/binarize/index.js';
import { binaryDense } from '../../src/ops/index.js';
import { evaluation, expectClose } from './tensors.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const fusable = methodNames.filter(name => fusedOptions(methods[name].weight, methods[name].input, 0) !== null);

describe('the fused operation', () => {
  it('is offered for the methods that are plain signs with at most an analytic factor', () => {
    expect(fusable).toEqual(['binaryconnect', 'bnn', 'bwn', 'xnor-net', 'bi-real']);
  });

  it('is not offered without a binary weight, or for a pair that it does not compute', () => {
    expect(fusedOptions(null, methods.bnn.input, 0)).toBeNull();
    expect(fusedOptions(null, null, 0)).toBeNull();
    expect(fusedOptions(methods.bnn.weight, methods.react.input, 0)).toBeNull();
    expect(fusedOptions({ ...methods.bnn.weight, scale: { name: 'mean-abs', per: { groupSize: 2 }, of: 'signed', gradient: 'exact' } }, null, 0)).toBeNull();
  });

  it('gets the scheduled values of the estimators', () => {
    const ede = methods['ir-net'].input!;
    expect(fusedOptions(methods.bwn.weight, ede, 1)).toEqual({
      input: { name: 'ede', t: expect.closeTo(10, 10) as number, k: 1 }, weight: { name: 'clipped' }, scale: 'channel', scaleGradient: 'exact',
    });
  });

  it.each(fusable)('computes what the pair of binarizers computes, forward and backward: %s', name => {
    const { weight, input } = methods[name];
    const x = tf.randomNormal([2, 3, 8], 0, 1, 'float32', 1);
    const latent = tf.randomNormal<tf.Rank.R2>([8, 5], 0, 1, 'float32', 2);
    const bias = tf.randomNormal<tf.Rank.R1>([5], 0, 1, 'float32', 3);
    const dy = tf.randomNormal([2, 3, 5], 0, 1, 'float32', 4);
    const fused = (v: tf.Tensor, w: tf.Tensor): tf.Tensor =>
      binaryDense(v, w, bias, fusedOptions(weight, input, 0)!, 'blocks.0.mlp.fc1');
    const composed = (v: tf.Tensor, w: tf.Tensor): tf.Tensor => {
      const binary = input === null ? v : binarizeInput(input, v, {}, evaluation);
      const product = tf.matMul(tf.reshape(binary, [6, 8]), binarizeWeight(weight, w as tf.Tensor2D, {}, evaluation).effective);
      return tf.reshape(tf.add(product, bias), [2, 3, 5]);
    };
    const gradients = (f: typeof fused): tf.Tensor[] => tf.grads((v, w) => tf.sum(tf.mul(f(v, w), dy)))([x, latent]);
    const expected = gradients(composed);
    // 1e-5: sums of 6 to 8 float32 products in another order.
    expectClose(fused(x, latent), composed(x, latent).dataSync(), 1e-5);
    gradients(fused).forEach((gradient, i) => { expectClose(gradient, expected[i]!.dataSync(), 1e-5); });
  });
});
