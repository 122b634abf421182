import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  binarizeInput, initialInputParameters, inputParameters, methodNames, methods, parseInputBinarizer, type InputBinarizerSpec,
} from '../../src/binarize/index.js';
import { evaluation, expectClose, finiteDifferences } from './tensors.js';

const sign: InputBinarizerSpec = {
  levels: 'signed', estimator: { name: 'clipped' }, scale: { name: 'none' }, threshold: { name: 'fixed' },
};
const learnedPerToken: InputBinarizerSpec = { ...sign, scale: { name: 'learned', tokens: 3 } };

/** Every input binarizer of the named methods, and the learned factor per token. */
const everySpec: [string, InputBinarizerSpec][] = [
  ['learned per token', learnedPerToken],
  ...methodNames.flatMap((name): [string, InputBinarizerSpec][] => {
    const { input, attention } = methods[name];
    return [
      ...(input === null ? [] : [[name, input] as [string, InputBinarizerSpec]]),
      ...(attention === null ? [] : [[`${name} probabilities`, attention.probabilities] as [string, InputBinarizerSpec]]),
    ];
  }),
];

function startParameters(spec: InputBinarizerSpec, x: tf.Tensor): Record<string, tf.Tensor> {
  const fromBatch = initialInputParameters(spec, x);
  return Object.fromEntries(inputParameters(spec, x.shape.at(-1)!).map(({ name, initial }) => [name, fromBatch[name] ?? initial(null)]));
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('an input binarizer', () => {
  it('takes the plain sign with the gradient of its estimator', () => {
    const x = tf.tensor1d([-2, -1, -0, 0, 1, 1.5]);
    const gradient = tf.grad(values => tf.sum(binarizeInput(sign, values, {}, evaluation)))(x);
    expectClose(binarizeInput(sign, x, {}, evaluation), [-1, -1, 1, 1, 1, 1], 0);
    expectClose(gradient, [0, 1, 1, 1, 1, 0], 0);
  });

  it('with a learned threshold takes the sign of x + shift; the shift\'s gradient sums over batch and tokens', () => {
    const x = tf.tensor([0.5, -0.5, 2, 0.1, 0.3, -0.2, -0.9, 0.4], [2, 2, 2]);
    const shift = tf.tensor1d([-0.4, 0.3]);
    const spec = methods.react.input!;
    expectClose(binarizeInput(spec, x, { shift }, evaluation), [1, -1, 1, 1, -1, 1, -1, 1], 0);
    const [dx, dshift] = tf.grads((values, s) => tf.sum(binarizeInput(spec, values, { shift: s }, evaluation)))([x, shift]);
    const perElement = [0.1, -0.2, 1.6, 0.4, -0.1, 0.1, -1.3, 0.7].map(v => (Math.abs(v) <= 1 ? 2 - 2 * Math.abs(v) : 0));
    expectClose(dx!, perElement, 1e-6);
    expectClose(dshift!, [perElement[0]! + perElement[4]!, perElement[1]! + perElement[3]! + perElement[5]! + perElement[7]!], 1e-6);
  });

  it('with the input scale K multiplies by mean|x| of each token; its gradient agrees with finite differences where signs are flat', () => {
    const spec = methods['xnor-net-k'].input!;
    const values = [1.5, -2, 3, -1.2, 4, 1.1];
    const g = tf.tensor2d([1, 2, -1, 0.5, 3, 2], [2, 3]);
    const loss = (x: Float32Array): number => tf.tidy(() =>
      tf.sum(tf.mul(binarizeInput(spec, tf.tensor2d(x, [2, 3]), {}, evaluation), g)).dataSync()[0]!);
    const x = tf.tensor2d(values, [2, 3]);
    expectClose(binarizeInput(spec, x, {}, evaluation), [6.5, -6.5, 6.5, -6.3, 6.3, 6.3].map(v => v / 3), 1e-6);
    const gradient = tf.grad(v => tf.sum(tf.mul(binarizeInput(spec, v, {}, evaluation), g)))(x);
    // 1e-3: rounding of a float32 loss of size 10, divided by twice the step of 0.01.
    expectClose(gradient, finiteDifferences(loss, values), 1e-3);
    const detached: InputBinarizerSpec = { ...spec, scale: { name: 'mean-abs', gradient: 'detached' } };
    expectClose(tf.grad(v => tf.sum(tf.mul(binarizeInput(detached, v, {}, evaluation), g)))(x), [0, 0, 0, 0, 0, 0], 0);
  });

  it('with a learned factor per token multiplies the rows, as the token half of XNOR-Net++', () => {
    const x = tf.tensor([1, -2, 3, -4, 5, -6], [1, 3, 2]);
    const beta = tf.tensor2d([1, 2, 3], [3, 1]);
    expectClose(binarizeInput(learnedPerToken, x, { beta }, evaluation), [1, -1, 2, -2, 3, -3], 0);
    expect(inputParameters(learnedPerToken, 2)[0]!.shape).toEqual([3, 1]);
    const gradient = tf.grad(b => tf.sum(tf.mul(binarizeInput(learnedPerToken, x, { beta: b }, evaluation), tf.tensor([[1, 0], [1, 0], [0, 1]]))))(beta);
    expectClose(gradient, [1, 1, -1], 0);
  });

  it('of DoReFa is 1 above one half, after clipping to [0, 1]', () => {
    const x = tf.tensor1d([-1, 0, 0.5, 0.6, 1, 2]);
    const spec = methods.dorefa.input!;
    expectClose(binarizeInput(spec, x, {}, evaluation), [0, 0, 0, 1, 1, 1], 0);
    expectClose(tf.grad(v => tf.sum(binarizeInput(spec, v, {}, evaluation)))(x), [0, 1, 1, 1, 1, 0], 0);
  });

  it('that is softmax-aware keeps what exceeds a quarter of the row\'s maximum and passes the gradient straight through', () => {
    const rows = tf.tensor2d([0.8, 0.1, 0.06, 0.04, 0.3, 0.29, 0.21, 0.2], [2, 4]);
    const unscaled = methods.bnn.attention!.probabilities;
    expectClose(binarizeInput(unscaled, rows, {}, evaluation), [1, 0, 0, 0, 1, 1, 1, 1], 0);
    expectClose(tf.grad(v => tf.sum(binarizeInput(unscaled, v, {}, evaluation)))(rows), new Array<number>(8).fill(1), 0);
    expectClose(binarizeInput(methods['xnor-net'].attention!.probabilities, rows, {}, evaluation),
      [0.8, 0, 0, 0, 0.25, 0.25, 0.25, 0.25], 1e-6);
  });

  it('that is softmax-aware keeps at least one value of every row of probabilities, whatever its spread', () => {
    const spec = methods.bnn.attention!.probabilities;
    fc.assert(fc.property(fc.array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 1, maxLength: 40 }), logits => tf.tidy(() => {
      const kept = tf.sum(binarizeInput(spec, tf.softmax(tf.tensor1d(logits)), {}, evaluation)).dataSync()[0]!;
      return kept >= 1 && kept <= logits.length;
    })));
  });
});

describe('an elastic binarizer', () => {
  const { input } = methods.bit;
  const { probabilities } = methods.bit.attention!;

  it('declares alpha as 0, not yet set, and starts from the first batch', () => {
    const x = tf.tensor2d([1, -2, 3, -4], [2, 2]);
    const declared = inputParameters(input!, 2);
    expect(declared.map(({ name, shape, trainable, decay }) => ({ name, shape, trainable, decay }))).toEqual([
      { name: 'shift', shape: [2], trainable: true, decay: false }, { name: 'alpha', shape: [], trainable: true, decay: false },
    ]);
    expectClose(declared[1]!.initial(null), [0], 0);
    expectClose(initialInputParameters(input!, x).alpha!, [5], 0);
    expectClose(initialInputParameters(probabilities, x).alpha!, [10], 0);
    expect(initialInputParameters(methods.binaryvit.attention!.probabilities, x)).toEqual({});
  });

  it('gives the same output before and after its start is assigned, so that setting it changes nothing', () => {
    const x = tf.tensor2d([0.1, -0.2, 0.3, -0.4], [2, 2]);
    const shift = tf.zeros([2]);
    const before = binarizeInput(input!, x, { shift, alpha: tf.scalar(0) }, evaluation);
    const after = binarizeInput(input!, x, { shift, ...initialInputParameters(input!, x) }, evaluation);
    expect(before.dataSync()).toEqual(after.dataSync());
    expectClose(tf.grad(a => tf.sum(binarizeInput(input!, x, { shift, alpha: a }, evaluation)))(tf.scalar(0)), [0], 0);
  });

  it('keeps its levels when a step has made alpha negative', () => {
    const y = binarizeInput(input!, tf.tensor1d([3, -3]), { shift: tf.zeros([2]), alpha: tf.scalar(-0.5) }, evaluation);
    expectClose(y, [1e-5, -1e-5], 1e-9);
  });

  it('has the gradient of alpha that finite differences see where the levels are fixed', () => {
    const x = tf.tensor1d([0.9, 1.5, -1.4, 2]);
    const g = tf.tensor1d([1, 2, 3, -4]);
    const spec: InputBinarizerSpec = { ...input!, threshold: { name: 'fixed' }, scale: { name: 'elastic', initial: 1, gradientScale: 'none' } };
    const loss = (a: tf.Tensor): tf.Tensor => tf.sum(tf.mul(binarizeInput(spec, x, { alpha: a }, evaluation), g));
    const differences = finiteDifferences(a => tf.tidy(() => loss(tf.scalar(a[0]!)).dataSync()[0]!), [0.5]);
    // 1e-4: a linear function, so only float32 rounding divided by the step is left.
    expectClose(tf.grad(loss)(tf.scalar(0.5)), differences, 1e-4);
  });

  it('takes a threshold of its own, which alpha then does not move', () => {
    const spec: InputBinarizerSpec = { ...probabilities, threshold: { name: 'row-max', fraction: 0.25 } };
    const x = tf.tensor2d([0.8, 0.1, 0.1, 0.4, 0.3, 0.3], [2, 3]);
    const alpha = tf.scalar(0.5);
    expectClose(binarizeInput(spec, x, { alpha }, evaluation), [0.5, 0, 0, 0.5, 0.5, 0.5], 0);
    expectClose(tf.grad(a => tf.sum(binarizeInput(spec, x, { alpha: a }, evaluation)))(alpha), [4 / Math.sqrt(6)], 1e-6);
  });
});

describe('every input binarizer', () => {
  it.each(everySpec)('has levels 0 and 1, or −1 and 1, times a factor, and finite gradients: %s', (_, spec) => {
    const x = tf.abs(tf.randomNormal([2, 3, 4], 0, 1, 'float32', 11));
    const parameters = startParameters(spec, x);
    const { value, grad } = tf.valueAndGrad(v => tf.sum(tf.square(binarizeInput(spec, v, parameters, evaluation))))(x);
    const rows = tf.reshape(binarizeInput(spec, x, parameters, evaluation), [6, 4]).arraySync() as number[][];
    for (const row of rows) expect(new Set(row.map(Math.abs).filter(level => level > 0)).size).toBeLessThanOrEqual(1);
    expect(Number.isFinite(value.dataSync()[0])).toBe(true);
    expect(grad.dataSync().every(Number.isFinite)).toBe(true);
  });

  it.each(everySpec)('refuses an input that is not finite, by site and block: %s', (_, spec) => {
    const parameters = startParameters(spec, tf.ones([1, 3, 2]));
    for (const bad of [NaN, Infinity, -Infinity]) {
      const x = tf.tensor([0.1, 0.2, bad, 0.4, 0.5, 0.6], [1, 3, 2]);
      expect(() => binarizeInput(spec, x, parameters, evaluation)).toThrow('blocks.2.mlp.fc1 input');
    }
  });

  it.each(everySpec)('gives a row of zeros finite values and gradients: %s', (_, spec) => {
    const x = tf.zeros([1, 3, 4]);
    const { value, grad } = tf.valueAndGrad(v => tf.sum(binarizeInput(spec, v, startParameters(spec, x), evaluation)))(x);
    expect([...value.dataSync(), ...grad.dataSync()].every(Number.isFinite)).toBe(true);
  });

  it.each(everySpec)('leaves no tensor behind: %s', (_, spec) => {
    const x = tf.ones([1, 3, 4]);
    const before = tf.memory().numTensors;
    const parameters = startParameters(spec, x);
    const output = binarizeInput(spec, x, parameters, evaluation);
    const gradient = tf.grad(v => tf.sum(binarizeInput(spec, v, parameters, evaluation)))(x);
    tf.dispose([output, gradient, ...Object.values(parameters)]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('names a parameter that is missing', () => {
    expect(() => binarizeInput(methods.react.input!, tf.ones([2, 2]), {}, evaluation))
      .toThrow("blocks.2.mlp.fc1 input: expected the parameter 'shift', found none");
  });

  it.each(everySpec)('survives JSON: %s', (_, spec) => {
    expect(parseInputBinarizer(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  });
});
