import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/backend/index.js';
import {
  binarizeWeight, leastSquaresScale, methodNames, methods, weightParameters, type ScaleGradient, type WeightBinarizerSpec,
} from '../../src/binarize/index.js';
import { evaluation, expectClose, finiteDifferences } from './tensors.js';

const scaled = (gradient: ScaleGradient, per: 'tensor' | 'channel' | { groupSize: number } = 'channel'): WeightBinarizerSpec => ({
  estimator: { name: 'clipped' }, scale: { name: 'mean-abs', per, of: 'signed', gradient }, threshold: { name: 'zero' },
});

const column = (values: readonly number[]): tf.Tensor2D => tf.tensor2d([...values], [values.length, 1]);

/** Gradient of Σ g·effective with respect to the latent weight. */
function latentGradient(spec: WeightBinarizerSpec, latent: tf.Tensor2D, g: tf.Tensor): tf.Tensor {
  return tf.grad(w => tf.sum(tf.mul(binarizeWeight(spec, w as tf.Tensor2D, {}, evaluation).effective, g)))(latent);
}

/** Matrices of 2 to 8 inputs and 1 to 4 outputs with float32 values in [-2, 2]. */
const weights = fc.tuple(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 1, max: 4 })).chain(([inputs, outputs]) =>
  fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { minLength: inputs * outputs, maxLength: inputs * outputs })
    .map(values => ({ values, shape: [inputs, outputs] as [number, number] })));

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('the scaling factor', () => {
  it('is the least-squares optimum: no other factor of a channel has a smaller error', () => {
    fc.assert(fc.property(weights, fc.float({ min: -1, max: 1, noNaN: true }), ({ values, shape }, change) => tf.tidy(() => {
      const latent = tf.tensor2d(values, shape);
      const { binary, scale } = binarizeWeight(scaled('exact'), latent, {}, evaluation);
      const error = (alpha: tf.Tensor): tf.Tensor => tf.sum(tf.square(tf.sub(latent, tf.mul(alpha, binary))), 0);
      const excess = tf.sub(error(tf.add(scale, change)), error(scale));
      // 1e-4: float32 sums of up to 8 squares of size 9.
      return tf.min(excess).dataSync()[0]! >= -1e-4;
    })));
  });

  it('is the mean of the absolute values per tensor, per channel and per group', () => {
    const latent = tf.tensor2d([1, -2, 3, -4, 5, -6, 7, -8], [4, 2]);
    const of = (per: 'tensor' | 'channel' | { groupSize: number }) => binarizeWeight(scaled('exact', per), latent, {}, evaluation).scale;
    expectClose(of('tensor'), [4.5], 0);
    expectClose(of('channel'), [4, 5], 0);
    expectClose(of({ groupSize: 2 }), [2, 3, 2, 3, 6, 7, 6, 7], 0);
  });

  it('of centred weights is that of what is signed, while BinaryViT takes the uncentred weight', () => {
    // W = [1, 2, 3, 4] is [-1.5, -0.5, 0.5, 1.5] when centred: alpha 1 leaves the error 1, alpha 2.5 the error 10.
    const latent = column([1, 2, 3, 4]);
    const errorOf = (method: 'xnor-net-centred' | 'binaryvit') => {
      const { effective, scale } = binarizeWeight(methods[method].weight, latent, {}, evaluation);
      return [scale.dataSync()[0], tf.sum(tf.square(tf.sub(tf.sub(latent, 2.5), effective))).dataSync()[0]];
    };
    expect(errorOf('xnor-net-centred')).toEqual([1, 1]);
    expect(errorOf('binaryvit')).toEqual([2.5, 10]);
  });

  it('refuses groups that do not divide the inputs', () => {
    expect(() => leastSquaresScale(tf.ones([6, 2]), tf.ones([6, 2]), { groupSize: 4 }))
      .toThrow('scale.per.groupSize: expected a divisor of the 6 inputs, found 4');
  });

  it('is learned from mean|W| on, and its gradient is the sum of g·B over the weights that share it', () => {
    const { weight } = methods['xnor-net-plus-plus'];
    const latent = tf.tensor2d([0.5, -0.25, -0.1, 0.75], [2, 2]);
    const g = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const [declared] = weightParameters(weight, [2, 2]);
    const alpha = declared!.initial(latent);
    expect(declared).toMatchObject({ name: 'alpha', shape: [1, 2], trainable: true, decay: false });
    expect(alpha.shape).toEqual([1, 2]);
    expectClose(alpha, [0.3, 0.5], 1e-7);
    expectClose(tf.grad(a => tf.sum(tf.mul(binarizeWeight(weight, latent, { alpha: a }, evaluation).effective, g)))(alpha), [1 - 3, -2 + 4], 0);
    expect(() => declared!.initial(null)).toThrow(RangeError);
    expect(() => binarizeWeight(weight, latent, {}, evaluation)).toThrow("blocks.2.mlp.fc1 weight: expected the parameter 'alpha'");
  });
});

describe('the latent gradient', () => {
  it.each<[ScaleGradient, number[]]>([
    ['detached', [0.7, 1.4, 0, 2.8]],
    ['exact', [0.2, 1.9, -0.5, 3.3]],
    ['paper', [0.95, 1.9, 0.75, 3.8]],
    ['straight-through', [1, 2, 0, 4]],
  ])('of W = [.5, -.25, 2, -.05] with g = [1, 2, 3, 4] is the known one: %s', (gradient, expected) => {
    expectClose(latentGradient(scaled(gradient), column([0.5, -0.25, 2, -0.05]), column([1, 2, 3, 4])), expected, 1e-6);
  });

  it('through the scale agrees with finite differences, where signs do not change', () => {
    // Outside the estimator's range the sign is flat, so the true derivative is what the scale alone gives.
    const values = [1.5, -1.25, 2, -1.75, 1.1, -3];
    const g = tf.tensor2d([1, -2, 0.5, 3, -1, 2], [3, 2]);
    for (const per of ['tensor', 'channel', { groupSize: 3 }] as const) {
      const loss = (x: Float32Array): number => tf.tidy(() =>
        tf.sum(tf.mul(binarizeWeight(scaled('exact', per), tf.tensor2d(x, [3, 2]), {}, evaluation).effective, g)).dataSync()[0]!);
      // 1e-3: rounding of a float32 loss of size 10, divided by twice the step of 0.01.
      expectClose(latentGradient(scaled('exact', per), tf.tensor2d(values, [3, 2]), g), finiteDifferences(loss, values), 1e-3);
    }
  });

  it('through centring and standardising agrees with finite differences of V', () => {
    // A smooth stand-in shows the threshold alone: with the estimator 1 and no factor, dL/dW is dL/dV pushed through V(W).
    const values = [0.9, -0.4, 0.3, -1.2, 0.1, 0.8];
    const g = tf.tensor2d([1, -2, 0.5, 3, -1, 2], [3, 2]);
    const standardized = (x: tf.Tensor): tf.Tensor => {
      const { mean } = tf.moments(x, 0, true);
      const centred = tf.sub(x, mean);
      return tf.div(tf.mul(centred, 2), tf.sqrt(tf.add(tf.div(tf.sum(tf.square(centred), 0, true), 2), 1e-5)));
    };
    const loss = (x: Float32Array): number => tf.tidy(() => tf.sum(tf.mul(standardized(tf.tensor2d(x, [3, 2])), g)).dataSync()[0]!);
    const spec: WeightBinarizerSpec = {
      estimator: { name: 'identity' }, scale: { name: 'none' }, threshold: { name: 'standardize', gain: 2, epsilon: 1e-5 },
    };
    // The second-order error of a step of 0.01 is about 1e-3 here.
    expectClose(latentGradient(spec, tf.tensor2d(values, [3, 2]), g), finiteDifferences(loss, values), 5e-3);
  });

  it('is g − mean(g) for centring with the estimator 1, and g when no gradient goes through the mean', () => {
    const g = column([1, 2, 3, 6]);
    const centred = (gradient: 'exact' | 'detached'): WeightBinarizerSpec =>
      ({ estimator: { name: 'identity' }, scale: { name: 'none' }, threshold: { name: 'mean', per: 'channel', gradient } });
    expectClose(latentGradient(centred('exact'), column([0.1, 0.2, -0.3, 0.4]), g), [-2, -1, 0, 3], 1e-6);
    expectClose(latentGradient(centred('detached'), column([0.1, 0.2, -0.3, 0.4]), g), [1, 2, 3, 6], 0);
  });
});

describe('a binarized weight', () => {
  it.each(methodNames)('is exactly scale · binary in float32, with the levels of its method: %s', name => {
    const { weight, weightBits } = methods[name];
    fc.assert(fc.property(weights, ({ values, shape }) => {
      tf.tidy(() => {
        const latent = tf.tensor2d(values, shape);
        const parameters = Object.fromEntries(weightParameters(weight, shape).map(p => [p.name, p.initial(latent)]));
        const context = { ...evaluation, training: true, random: Random.seeded(3) };
        const { effective, binary, scale } = binarizeWeight(weight, latent, parameters, context);
        const levels = new Set(binary.dataSync().map(value => value + 0));
        for (const level of levels) expect(weightBits === 1 ? [-1, 1] : [-1, 0, 1]).toContain(level);
        const factors = tf.broadcastTo(scale, shape).dataSync();
        const signs = binary.dataSync();
        expect(effective.dataSync()).toEqual(factors.map((factor, i) => factor * signs[i]!));
      });
    }), { numRuns: 30 });
  });

  it('maps 0 and -0 to +1, so that it never has three levels', () => {
    expectClose(binarizeWeight(methods.binaryconnect.weight, column([-1, -0, 0, 1]), {}, evaluation).binary, [-1, 1, 1, 1], 0);
  });

  it.each(methodNames)('stays finite for an output of zeros and for a constant output: %s', name => {
    const { weight } = methods[name];
    const latent = tf.tensor2d([0, 0.1, 0, 0.1, 0, 0.1], [3, 2]);
    const parameters = Object.fromEntries(weightParameters(weight, [3, 2]).map(p => [p.name, p.initial(latent)]));
    const loss = (w: tf.Tensor): tf.Tensor =>
      tf.sum(binarizeWeight(weight, w as tf.Tensor2D, parameters, evaluation).effective);
    const { value, grad } = tf.valueAndGrad(loss)(latent);
    expect(value.dataSync().every(Number.isFinite)).toBe(true);
    expect(grad.dataSync().every(Number.isFinite)).toBe(true);
  });

  it('of an output of zeros is 0 where there is a scale from the weight', () => {
    for (const name of ['bwn', 'ir-net', 'recu', 'twn', 'b1.58'] as const) {
      expectClose(tf.abs(binarizeWeight(methods[name].weight, tf.zeros([4, 1]), {}, evaluation).effective), [0, 0, 0, 0], 0);
    }
  });

  it.each(methodNames)('is refused, by site and block, when the latent weight is not finite: %s', name => {
    const { weight } = methods[name];
    const parameters = { alpha: tf.ones([1, 1]) };
    for (const training of [false, true]) {
      for (const bad of [NaN, Infinity, -Infinity]) {
        const context = { ...evaluation, training, random: Random.seeded(1) };
        expect(() => binarizeWeight(weight, column([0.5, bad, -1, 2]), parameters, context)).toThrow('blocks.2.mlp.fc1 weight');
      }
    }
  });

  it('changes its signs where the latent weight crosses 0, and nowhere because of its factor', () => {
    for (const size of [1, 0.03]) {
      const signs = (values: number[]): Float32Array =>
        binarizeWeight(methods.bwn.weight, column(values.map(value => value * size)), {}, evaluation).binary.dataSync<'float32'>();
      const before = signs([0.3, -0.2, 0.1, -0.4]);
      expect(signs([0.3, 0.2, 0.1, -0.4]).filter((sign, i) => sign !== before[i]).length / 4).toBe(0.25);
    }
  });

  it('by stochastic BinaryConnect is +1 as often as the hard sigmoid says, and the sign in evaluation', () => {
    const { weight } = methods['binaryconnect-stochastic'];
    const latent = tf.fill<tf.Rank.R2>([4000, 1], 0.5);
    const context = { ...evaluation, training: true, random: Random.seeded(7) };
    const share = tf.mean(tf.cast(tf.greater(binarizeWeight(weight, latent, {}, context).binary, 0), 'float32')).dataSync()[0]!;
    // Standard deviation sqrt(0.75·0.25/4000) = 0.007; the seed is fixed.
    expect(Math.abs(share - 0.75)).toBeLessThan(0.02);
    expectClose(binarizeWeight(weight, column([-2, -1, 1, 2]), {}, context).binary, [-1, -1, 1, 1], 0);
    expectClose(binarizeWeight(weight, column([-0.01, 0.01]), {}, evaluation).binary, [-1, 1], 0);
    expect(() => binarizeWeight(weight, latent, {}, { ...evaluation, training: true })).toThrow('expected a generator in context.random');
  });

  it('by TWN and b1.58 has a dead zone of 0.7 and 0.5 times the mean', () => {
    // Mean 1: the edges are 0.7 and 0.5; a weight at the edge is 0, as rounding half to even has it.
    const latent = column([0.5, -0.6, 0.7, 0.8, -2.4]);
    expectClose(binarizeWeight(methods.twn.weight, latent, {}, evaluation).effective, [0, 0, 0, 1.6, -1.6], 1e-6);
    expectClose(binarizeWeight(methods['b1.58'].weight, latent, {}, evaluation).effective, [0, -1, 1, 1, -1], 1e-6);
  });

  it('by IR-Net has a factor that is a power of two', () => {
    const scale = binarizeWeight(methods['ir-net'].weight, tf.randomNormal([16, 8], 0, 1, 'float32', 5), {}, evaluation).scale;
    for (const factor of scale.dataSync()) expect(Number.isInteger(Math.log2(factor))).toBe(true);
  });

  it('leaves the latent weight as it is and no tensor behind', () => {
    const latent = column([0.5, -2, 0.1]);
    const before = tf.memory().numTensors;
    for (const name of methodNames) {
      const context = { ...evaluation, training: true, random: Random.seeded(1) };
      const parameters = Object.fromEntries(weightParameters(methods[name].weight, [3, 1]).map(p => [p.name, p.initial(latent)]));
      const { effective, binary, scale } = binarizeWeight(methods[name].weight, latent, parameters, context);
      const gradient = tf.grad(w => tf.sum(binarizeWeight(methods[name].weight, w as tf.Tensor2D, parameters, context).effective))(latent);
      tf.dispose([effective, binary, scale, gradient, ...Object.values(parameters)]);
    }
    expect(tf.memory().numTensors).toBe(before);
    expectClose(latent, Float32Array.of(0.5, -2, 0.1), 0);
  });
});
