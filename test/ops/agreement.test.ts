import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { availableBackends, Random, useBackend } from '../../src/backend/index.js';
import {
  attention, binaryDense, type BinaryDenseOptions, binarySign, dense, estimatorDerivative, gelu, layerNorm, referenceAttention,
  referenceBinaryDense, referenceBinarySign, referenceDense, referenceGelu, referenceLayerNorm, referenceSoftmaxCrossEntropy,
  referenceTokenMean, type SignEstimator, softmaxCrossEntropy, tokenMean,
} from '../../src/ops/index.js';

const backends = (await availableBackends()).filter(name => name === 'native' || name === 'wasm');

const estimators: SignEstimator[] = [
  { name: 'identity' }, { name: 'clipped' }, { name: 'approx-sign' }, { name: 'swish-sign', beta: 5 }, { name: 'ede', t: 0.7, k: 1 / 0.7 },
];

const random = Random.seeded(7);
const normal = (shape: number[], deviation = 1): tf.Tensor =>
  tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => deviation * random.normal()), shape);

/** Value and input gradients of Σ f(inputs) ⊙ direction. */
function evaluate(f: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[], direction: tf.Tensor): Float32Array[] {
  const { value, grads } = tf.valueAndGrads((...args: tf.Tensor[]) => f(...args).mul(direction).sum())(inputs);
  const output = f(...inputs);
  const results = [output, ...grads].map(tensor => Float32Array.from(tensor.dataSync()));
  tf.dispose([value, output, ...grads]);
  return results;
}

/** Largest difference, relative to the largest value where that exceeds 1. */
function difference(actual: Float32Array[], expected: Float32Array[]): number {
  expect(actual.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
  return Math.max(...actual.map((values, i) => {
    let largest = 1;
    let worst = 0;
    values.forEach((value, j) => {
      largest = Math.max(largest, Math.abs(expected[i]![j]!));
      worst = Math.max(worst, Number.isNaN(value) ? Infinity : Math.abs(value - expected[i]![j]!));
    });
    return worst / largest;
  }));
}

// float32 sums of up to 2,000 products in another order, and erf/exp of different polynomials (1.5e-7 for tfjs's erf).
const tolerance = 2e-5;

describe.each(backends)('fused operations on %s agree with their reference compositions, forward and gradients:', name => {
  beforeAll(async () => { await useBackend(name); });

  function agree(fused: (...x: tf.Tensor[]) => tf.Tensor, reference: (...x: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): void {
    const before = tf.memory().numTensors;
    const output = fused(...inputs);
    const direction = normal(output.shape);
    const measured = difference(evaluate(fused, inputs, direction), evaluate(reference, inputs, direction));
    tf.dispose([output, direction]);
    expect(measured).toBeLessThan(tolerance);
    expect(tf.memory().numTensors, 'no tensor is left behind').toBe(before);
    tf.dispose(inputs);
  }

  const shapes: [rows: number[], inputs: number, outputs: number][] = [[[1], 1, 1], [[3], 7, 5], [[2, 17], 64, 192], [[33], 49, 64], [[5, 3], 65, 31]];

  it.each(shapes)('dense, rows %j, %i inputs, %i outputs', (rows, inputs, outputs) => {
    agree((x, w, b) => dense(x, w, b), (x, w, b) => referenceDense(x, w, b), [normal([...rows, inputs]), normal([inputs, outputs]), normal([outputs])]);
    agree((x, w) => dense(x, w, null), (x, w) => referenceDense(x, w, null), [normal([...rows, inputs]), normal([inputs, outputs])]);
  });

  const options: BinaryDenseOptions[] = estimators.flatMap((estimator, i) => (['none', 'tensor', 'channel'] as const).flatMap(scale => [
    { input: estimator, weight: estimators[(i + 1) % estimators.length]!, scale, scaleGradient: 'exact' as const },
    { input: null, weight: estimator, scale, scaleGradient: 'detached' as const },
  ]));

  it.each(shapes)('binaryDense with every estimator and scale, rows %j, %i inputs, %i outputs', (rows, inputs, outputs) => {
    for (const option of options) {
      agree(
        (x, w, b) => binaryDense(x, w, b, option, 'layer'), (x, w, b) => referenceBinaryDense(x, w, b, option, 'layer'),
        [normal([...rows, inputs]), normal([inputs, outputs], 0.5), normal([outputs])]);
    }
  });

  it.each(estimators)('binarySign with $name', estimator => {
    agree(x => binarySign(x, estimator, 'x'), x => referenceBinarySign(x, estimator, 'x'), [normal([3, 37])]);
    const x = normal([50]);
    const gradient = tf.grad(v => binarySign(v, estimator, 'x').sum())(x);
    expect(difference([gradient.dataSync<'float32'>()], [estimatorDerivative(x, estimator).dataSync<'float32'>()])).toBeLessThan(1e-6);
  });

  it.each([[1, 2], [3, 5], [34, 64], [7, 130]])('layerNorm, %i rows of %i', (rows, dim) => {
    agree(
      (x, g, b) => layerNorm(x, g, b, 1e-6), (x, g, b) => referenceLayerNorm(x, g, b, 1e-6),
      [normal([rows, dim]), normal([dim]), normal([dim])]);
  });

  it.each([[1, 1, 1, 1], [2, 17, 4, 16], [3, 5, 3, 7], [2, 16, 4, 16], [1, 50, 2, 32]])(
    'attention, batch %i, %i tokens, %i heads of %i', (batch, tokens, heads, headDim) => {
      agree(qkv => attention(qkv, heads), qkv => referenceAttention(qkv, heads), [normal([batch, tokens, 3 * heads * headDim])]);
    });

  it('tokenMean', () => {
    agree(x => tokenMean(x), x => referenceTokenMean(x), [normal([3, 17, 5])]);
  });

  it('gelu', () => {
    agree(x => gelu(x), x => referenceGelu(x), [normal([3, 41], 3)]);
  });

  it.each([0, 0.1])('softmaxCrossEntropy, smoothing %f', smoothing => {
    const labels = tf.tensor1d([0, 9, 3, 3, 7], 'int32');
    agree(x => softmaxCrossEntropy(x, labels, smoothing), x => referenceSoftmaxCrossEntropy(x, labels, smoothing), [normal([5, 10], 4)]);
  });
});
