import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/backend/index.js';
import { engines, largestDifference, normalValues, valuesOn } from './engines.js';

const random = Random.seeded(11);
const data = normalValues(random, 4096);

/** Tensor of the first values of one fixed sample. */
const sample = (...shape: number[]): tf.Tensor => tf.tensor(data.slice(0, tf.util.sizeFromShape(shape)), shape);
const positive = (...shape: number[]): tf.Tensor => tf.tidy(() => sample(...shape).abs().add(0.1));
const integers = (...shape: number[]): tf.Tensor => tf.tensor(Array.from(data.slice(0, tf.util.sizeFromShape(shape)), v => Math.trunc(3 * v)), shape, 'int32');

/** One call of many of tfjs's kernels, the ones that the engine replaces in several of their cases. */
const operations: Record<string, () => tf.Tensor | tf.Tensor[]> = {
  'add, subtract, multiply, divide with every kind of broadcast': () => {
    const shapes: [number[], number[]][] = [
      [[3, 4], [3, 4]], [[3, 4], [4]], [[4], [3, 4]], [[3, 4], []], [[], [3, 4]], [[3, 4], [3, 1]], [[3, 1], [3, 4]], [[3, 1], [1, 4]],
      [[2, 3, 4], [3, 4]], [[2, 3, 4], [1, 3, 4]], [[2, 3, 4], [2, 1, 4]], [[2, 3, 4], [2, 1, 1]], [[2, 3, 4], [3, 1]], [[1, 1, 4], [4]],
      [[4], [1, 4]], [[0, 4], [4]], [[], []], [[1], [1, 1]],
    ];
    return shapes.flatMap(([a, b]) => [tf.add, tf.sub, tf.mul, tf.div].map(operation => operation(sample(...a), sample(...b).add(3))));
  },
  'integers and booleans in arithmetic': () => [
    integers(3, 4).add(integers(4)), integers(5).mul(integers(5)), integers(5).sub(tf.scalar(2, 'int32')),
    sample(4).greater(0).cast('float32').mul(sample(4)), integers(6).cast('float32').add(0.5), sample(6).cast('int32').cast('float32').mul(2),
    sample(5).greater(0).cast('int32').sum(), tf.tensor1d([1, 0, 2], 'int32').cast('bool').cast('float32').sum(),
    sample(5).greater(0).cast('int32').cast('float32').mul(3), tf.oneHot(sample(5).greater(0).cast('int32'), 2),
    integers(5).add(sample(5)), tf.addN([sample(5), sample(5), sample(5)]),
  ],
  'sums and means over all sets of axes': () => [0, 1, 2, [0, 1], [1, 2], [0, 2], [0, 1, 2], undefined, -1].flatMap(axis => [
    sample(3, 4, 5).sum(axis), sample(3, 4, 5).mean(axis, true), sample(3, 4, 5).max(axis), integers(3, 4, 5).sum(axis),
  ]),
  'matrix products': () => [
    tf.matMul(sample(3, 4), sample(5, 4), false, true), tf.dot(sample(4), sample(4)),
    tf.fused.matMul({ a: sample(3, 4), b: sample(4, 5), bias: sample(5), activation: 'relu' }),
    tf.fused.matMul({ a: sample(3, 4), b: sample(4, 5), bias: sample(5) }), tf.outerProduct(sample(3) as tf.Tensor1D, sample(4) as tf.Tensor1D),
    tf.einsum('bij,bjk->bik', sample(2, 3, 4), sample(2, 4, 5)),
  ],
  'convolution and pooling': () => {
    const image = sample(2, 6, 6, 3) as tf.Tensor4D;
    return [
      tf.conv2d(image, sample(3, 3, 3, 4) as tf.Tensor4D, 1, 'same'), tf.depthwiseConv2d(image, sample(3, 3, 3, 2) as tf.Tensor4D, 2, 'valid'),
      tf.maxPool(image, 2, 2, 'valid'), tf.avgPool(image, 2, 2, 'valid'), tf.image.resizeBilinear(image, [4, 4]),
    ];
  },
  'gather, slice, concat, stack, pad, tile, reverse': () => {
    const x = sample(4, 5);
    return [
      tf.gather(x, tf.tensor1d([3, 0, 0], 'int32')), x.slice([1, 2], [2, 3]), tf.concat([x, x.mul(2)], 1), tf.stack([x, x]), ...tf.unstack(x),
      tf.pad(x, [[1, 0], [0, 2]]), tf.tile(x, [2, 3]), tf.reverse(x, 1), tf.stridedSlice(x, [0, 0], [4, 5], [2, 2]), ...tf.split(x, [1, 3], 0),
      tf.gatherND(x, tf.tensor2d([[0, 1], [3, 4]], [2, 2], 'int32')), tf.spaceToBatchND(sample(1, 4, 4, 1), [2, 2], [[0, 0], [0, 0]]),
    ];
  },
  'indices and selections': () => {
    const x = sample(4, 5);
    const top = tf.topk(x, 2);
    return [
      x.argMax(1), x.argMin(0), tf.oneHot(tf.tensor1d([0, 3, 2], 'int32'), 4), tf.where(x.greater(0), x, tf.zerosLike(x)), top.values, top.indices,
      tf.clipByValue(x, -0.5, 0.5), tf.cumsum(x, 1), tf.unique(integers(9).as1D()).values, tf.logicalAnd(x.greater(0), x.less(1)), x.isNaN(),
    ];
  },
  'element-wise functions': () => {
    const x = sample(30);
    return [
      x.exp(), positive(30).log(), positive(30).sqrt(), positive(30).rsqrt(), x.tanh(), x.sigmoid(), x.relu(), x.elu(), x.selu(), x.softplus(), x.sin(),
      x.erf(), x.square(), x.abs(), x.neg(), x.sign(), x.floor(), x.round(), x.pow(2), tf.maximum(x, 0), tf.minimum(x, x.neg()), x.cosh(),
      tf.squaredDifference(x, 1), tf.prelu(x, tf.scalar(0.2)), tf.leakyRelu(x), tf.relu6(x), x.expm1(), positive(30).log1p(), x.step(),
    ];
  },
  'softmax and its kin': () => [
    sample(3, 5).softmax(), sample(2, 3, 5).softmax(-1), sample(2, 3, 5).logSoftmax(), sample(3, 5).logSumExp(1), sample(4).softmax(), sample(3, 0).softmax(),
  ],
  'normalization and moments': () => {
    const { mean, variance } = tf.moments(sample(3, 4, 5), [0, 1]);
    return [mean, variance, tf.batchNorm(sample(3, 5), sample(5), positive(5)), sample(3, 4).norm()];
  },
  'fills, ranges and identities': () => [
    tf.ones([2, 3]), tf.zeros([3]), tf.fill([2, 2], -1.5), tf.range(0, 5), tf.linspace(0, 1, 5), tf.eye(3), tf.onesLike(sample(3)), tf.fill([2], 3, 'int32'),
    sample(2, 3).clone(), sample(2, 3).reshape([3, 2]).expandDims(0).squeeze(), tf.broadcastTo(sample(1, 3), [4, 3]), tf.zeros([0, 2]).add(1),
  ],
  'complex numbers and Fourier transforms': () => {
    const spectrum = tf.spectral.rfft(sample(8));
    return [tf.real(spectrum), tf.imag(spectrum), tf.spectral.irfft(spectrum)];
  },
};

/** The other order of float32 sums, and other polynomials for exp: a few units in the last place of values near 1 to 100. */
const tolerance = 5e-6;

describe.each(engines)('every tfjs operation gives on %s what it gives on cpu:', name => {
  it.each(Object.keys(operations))('%s', async key => {
    const expected = await valuesOn('cpu', operations[key]!);
    const actual = await valuesOn(name, operations[key]!);
    expect(actual.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
    actual.forEach(({ values }, i) => { expect(largestDifference(values, expected[i]!.values), `result ${i}`).toBeLessThan(tolerance); });
  });

  it('matMul for all transpositions, batches and odd sizes', async () => {
    const size = fc.integer({ min: 1, max: 20 });
    await fc.assert(fc.asyncProperty(
      size, size, size, fc.boolean(), fc.boolean(), fc.constantFrom<[number[], number[]]>([[], []], [[3], []], [[], [2]], [[2], [2]], [[1], [3]], [[2, 3], [2, 3]], [[2, 3], [3]], [[2, 1], [1, 3]]),
      async (m, n, k, transposeA, transposeB, [batchA, batchB]) => {
        const product = (): tf.Tensor => tf.matMul(
          sample(...batchA, ...(transposeA ? [k, m] : [m, k])), sample(...batchB, ...(transposeB ? [n, k] : [k, n])), transposeA, transposeB);
        const [expected] = await valuesOn('cpu', product);
        const [actual] = await valuesOn(name, product);
        expect(actual!.shape).toEqual(expected!.shape);
        expect(largestDifference(actual!.values, expected!.values)).toBeLessThan(1e-5);
      }), { numRuns: 100 });
  });

  it('transpose for all permutations of up to five axes, bit for bit', async () => {
    const permutation = fc.integer({ min: 1, max: 5 }).chain(rank =>
      fc.tuple(fc.shuffledSubarray([...Array(rank).keys()], { minLength: rank }), fc.array(fc.integer({ min: 1, max: 5 }), { minLength: rank, maxLength: rank })));
    await fc.assert(fc.asyncProperty(permutation, async ([order, shape]) => {
      const turned = (): tf.Tensor => sample(...shape).transpose(order);
      expect(await valuesOn(name, turned)).toEqual(await valuesOn('cpu', turned));
    }), { numRuns: 100 });
  });

  it('slice, split, concat and pad along every axis, bit for bit', async () => {
    const boxes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }).chain(shape =>
      fc.record({ shape: fc.constant(shape), axis: fc.nat(shape.length - 1), cut: fc.nat(6), padding: fc.nat(2) }));
    await fc.assert(fc.asyncProperty(boxes, async ({ shape, axis, cut, padding }) => {
      const moved = (): tf.Tensor[] => {
        const x = sample(...shape).add(0);
        const length = shape[axis]!;
        const at = cut % (length + 1);
        const parts = tf.split(x, [at, -1], axis);
        const begin = shape.map((_, i) => (i === axis ? Math.min(at, length - 1) : 0));
        const paddings = shape.map((_, i): [number, number] => (i === axis ? [padding, at] : [0, 0]));
        return [...parts, tf.concat([...parts, x], axis), tf.slice(x, begin), tf.slice(x, shape.map(() => 0), shape.map(n => Math.ceil(n / 2))), tf.pad(x, paddings, 7), ...tf.split(x, length, axis)];
      };
      expect(await valuesOn(name, moved)).toEqual(await valuesOn('cpu', moved));
    }), { numRuns: 60 });
  });

  it('gradients through the operations that a layer is composed of', async () => {
    const gradients = (): tf.Tensor[] => [
      tf.grad(x => tf.gather(x, tf.tensor1d([0, 2, 2], 'int32')).square().sum())(sample(4, 3)),
      tf.grad(x => x.transpose([1, 0]).softmax().mul(sample(3, 4)).sum())(sample(4, 3)),
      tf.grad(x => tf.concat([x, x.slice([0, 1], [4, 2])], 1).mean(0).square().sum())(sample(4, 3)),
      tf.grad(x => x.reshape([2, 6]).sub(x.reshape([2, 6]).mean(1, true)).pow(3).sum())(sample(4, 3)),
      tf.grad(x => tf.stack(tf.split(x, 3, 1)).tile([1, 1, 2]).mul(x.expandDims(2).transpose([1, 0, 2])).sum())(sample(4, 3)),
      tf.grad(x => tf.conv2d(x as tf.Tensor4D, sample(2, 2, 2, 3) as tf.Tensor4D, 1, 'same').square().sum())(sample(1, 4, 4, 2)),
      ...tf.grads((a, b, c) => tf.matMul(a, b, false, true).add(c).relu().div(3).sum())([sample(2, 3, 4), sample(2, 5, 4), sample(5)]),
      ...tf.grads((a, b) => tf.logSoftmax(tf.fused.matMul({ a: a, b: b })).max(1).sum())([sample(3, 4), sample(4, 5)]),
    ];
    const expected = await valuesOn('cpu', gradients);
    const actual = await valuesOn(name, gradients);
    actual.forEach(({ values }, i) => { expect(largestDifference(values, expected[i]!.values), `gradient ${i}`).toBeLessThan(1e-5); });
  });

  it('NaN and infinities come out where they come out on cpu', async () => {
    const special = (): tf.Tensor => tf.tensor2d([NaN, 1, -2, Infinity, 0, 3, -Infinity, 1, 1], [3, 3]);
    const results = (): tf.Tensor[] => [
      special().add(1), special().mul(0), special().sum(0), special().mean(1), special().transpose(), tf.matMul(special(), tf.ones([3, 2])),
      special().slice([0, 0], [1, 3]).softmax(), special().div(2), special().div(0), tf.pow(1, special().slice([0, 0], [1, 1])),
    ];
    const expected = await valuesOn('cpu', results);
    const actual = await valuesOn(name, results);
    actual.forEach(({ values }, i) => { expect(largestDifference(values, expected[i]!.values), `result ${i}`).toBeLessThan(1e-6); });
  });

  it('matMul of values near 1e9 keeps float32 accuracy', async () => {
    // 33 products near 1e18; float32 sums are good to about 33 · 2^-24 of the sum of magnitudes.
    const values = normalValues(Random.seeded(5), 33 * 33, 1e9);
    const [product] = await valuesOn(name, () => tf.matMul(tf.tensor2d(values, [33, 33]), tf.tensor2d(values, [33, 33])));
    for (let row = 0; row < 33; row++) {
      for (let column = 0; column < 33; column++) {
        let exact = 0;
        let magnitude = 0;
        for (let i = 0; i < 33; i++) {
          const term = values[33 * row + i]! * values[33 * i + column]!;
          exact += term;
          magnitude += Math.abs(term);
        }
        expect(Math.abs(product!.values[33 * row + column]! - exact)).toBeLessThan(33 * 2 ** -24 * magnitude);
      }
    }
  });
});
