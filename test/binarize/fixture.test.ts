import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  binarizeInput, binarizeWeight, initialInputParameters, inputParameters, methods, type InputBinarizerSpec, type MethodName,
  type WeightBinarizerSpec,
} from '../../src/binarize/index.js';
import { evaluation, expectClose, fixture, fixtureNumber, fixtureTensor, matrix, transposed } from './tensors.js';

// The public code ran in float32 with sums in another order: 1e-5 covers the rounding of sums of 8 values of size 10.
const tolerance = 1e-5;

/** y = binarize(x)·binarize(W) and the gradients of Σ y·dy. */
function linear(weight: WeightBinarizerSpec, input: InputBinarizerSpec | null, latent: tf.Tensor2D, progress = 0) {
  const x = matrix(fixtureTensor('input'));
  const dy = matrix(fixtureTensor('dy'));
  const context = { ...evaluation, progress, training: true };
  const parameters = Object.fromEntries((input === null ? [] : inputParameters(input, 8)).map(p => [p.name, p.initial(null)]));
  const forward = (values: tf.Tensor, w: tf.Tensor): tf.Tensor => {
    const binary = input === null ? values : binarizeInput(input, values, parameters, context);
    return tf.matMul(binary, binarizeWeight(weight, w as tf.Tensor2D, {}, context).effective);
  };
  const [dinput, dweight] = tf.grads((values, w) => tf.sum(tf.mul(forward(values, w), dy)))([x, latent]);
  return { y: forward(x, latent), dinput: dinput!, dweight: tf.transpose(dweight!) };
}

/** The progress at which the schedule from 0.1 to 10 has this t. */
const progressAt = (t: number): number => Math.log(t / 0.1) / Math.log(100);

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('the public implementations are reproduced', () => {
  it('on data without a zero, so that their sign(0) = 0 and our sign(0) = +1 do not differ there', () => {
    for (const name of ['input', 'weight']) expect(fixtureTensor(name).data).not.toContain(0);
  });

  it.each<[string, MethodName, number]>([
    ['binaryvit_linear_w1a1', 'binaryvit', 0],
    ['bhvit_recu_linear_w1a1', 'recu', 0],
    ['reactnet_linear_w1a1', 'react', 0],
    ['irnet_linear_w1a1_k10_t0.1', 'ir-net', progressAt(0.1)],
    ['irnet_linear_w1a1_k1_t3', 'ir-net', progressAt(3)],
  ])('%s: output, input gradient and weight gradient', (entry, name, progress) => {
    const expected = fixture(entry);
    const { weight, input } = methods[name];
    const { y, dinput, dweight } = linear(weight, input, transposed(fixtureTensor('weight')), progress);
    expectClose(y, expected.y!.data, tolerance);
    expectClose(dinput, expected.dinput!.data, tolerance);
    expectClose(dweight, expected.dweight!.data, tolerance);
  });

  it('xnornet_official_w1a32: the gradient is exact once the code\'s factor (1 − 1/in)·n is taken out', () => {
    const expected = fixture('xnornet_official_w1a32');
    const { y, dinput, dweight } = linear(methods.bwn.weight, null, transposed(expected.latent_after_center_and_clamp!));
    expectClose(y, expected.y!.data, tolerance);
    expectClose(dinput, expected.dinput!.data, tolerance);
    expectClose(tf.mul(dweight, (1 - 1 / 8) * 8), expected['dweight_including_factor_(1-1/in)*n']!.data, tolerance);
  });

  it('xnornet_official_w1a32: its latent weight is the weight, centred per output and clamped', () => {
    const { latent_after_center_and_clamp: latent } = fixture('xnornet_official_w1a32');
    const weight = transposed(fixtureTensor('weight'));
    expectClose(tf.transpose(tf.clipByValue(tf.sub(weight, tf.mean(weight, 0, true)), -1, 1)), latent!.data, tolerance);
  });

  it.each<[string, InputBinarizerSpec]>([
    ['bit_elastic_signed', methods.bit.input!],
    ['bit_elastic_unsigned', methods.bit.attention!.probabilities],
  ])('%s: start, output and gradients', (entry, spec) => {
    const expected = fixture(entry);
    const x = matrix(expected.input!);
    const { alpha } = initialInputParameters(spec, x) as { alpha: tf.Scalar };
    expectClose(alpha, [fixtureNumber(entry, 'alpha_init')], tolerance);
    const forward = (values: tf.Tensor, a: tf.Tensor): tf.Tensor => binarizeInput(spec, values, { alpha: a, shift: tf.zeros([8]) }, evaluation);
    const [dinput, dalpha] = tf.grads((values, a) => tf.sum(tf.mul(forward(values, a), matrix(expected.dy!))))([x, alpha]);
    expectClose(forward(x, alpha), expected.y!.data, tolerance);
    expectClose(dinput!, expected.dinput!.data, tolerance);
    expectClose(dalpha!, [fixtureNumber(entry, 'dalpha')], tolerance);
  });

  it('binaryvit_attention_prob: output and gradients', () => {
    const expected = fixture('binaryvit_attention_prob');
    const spec = methods.binaryvit.attention!.probabilities;
    const x = matrix(expected.input!);
    const alpha = tf.scalar(fixtureNumber('binaryvit_attention_prob', 'clip'));
    const forward = (values: tf.Tensor, a: tf.Tensor): tf.Tensor => binarizeInput(spec, values, { alpha: a }, evaluation);
    const [dinput, dclip] = tf.grads((values, a) => tf.sum(tf.mul(forward(values, a), matrix(expected.dy!))))([x, alpha]);
    expectClose(forward(x, alpha), expected.y!.data, tolerance);
    expectClose(dinput!, expected.dinput!.data, tolerance);
    expectClose(dclip!, [fixtureNumber('binaryvit_attention_prob', 'dclip')], tolerance);
  });

  const perRow = (method: MethodName): WeightBinarizerSpec => {
    const { weight } = methods[method];
    const { scale, threshold } = weight;
    return {
      ...weight,
      scale: scale.name === 'mean-abs' ? { ...scale, per: 'channel' } : scale,
      threshold: threshold.name === 'dead-zone' ? { ...threshold, per: 'channel' } : threshold,
    };
  };

  it.each<[string, WeightBinarizerSpec]>([
    ['bit_bwn_tensor', methods.bit.weight],
    ['bit_bwn_row', perRow('bit')],
    ['twn_tensor', methods.twn.weight],
    ['twn_row', perRow('twn')],
  ])('%s: effective weight', (entry, spec) => {
    const { effective } = binarizeWeight(spec, transposed(fixtureTensor('weight')), {}, evaluation);
    expectClose(tf.transpose(effective), fixture(entry).y!.data, tolerance);
  });
});
