import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { attention, binaryDense, dense, gelu, layerNorm, lossAndGradients, softmaxCrossEntropy, tokenMean } from '../../src/ops/index.js';
import { backends, normal, take } from './on-backends.js';

describe.each(backends)('lossAndGradients on %s', name => {
  beforeAll(async () => { await useBackend(name); });

  it('gives the bits of tf.variableGrads, through shared inputs and residual branches, and leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    const random = Random.seeded(61);
    const [w, v, head, gamma, beta] = tf.tidy(() => [[6, 18], [6, 6], [6, 3], [6], [6]].map(shape => tf.variable(normal(random, shape)))) as
      [tf.Variable, tf.Variable, tf.Variable, tf.Variable, tf.Variable];
    const variables = [w, v, head, gamma, beta];
    const images = normal(random, [2, 5, 6]);
    const labels = tf.tensor1d([2, 0], 'int32');
    const sign = { name: 'clipped' } as const;
    const loss = (): tf.Scalar => {
      const x = layerNorm(images, gamma, beta, 1e-6);
      const attended = x.add(attention(dense(x, w, null), 2));
      const binary = binaryDense(attended, v, null, { input: sign, weight: sign, scale: 'channel', scaleGradient: 'exact' }, 'layer');
      const encoded = attended.add(gelu(binary)).add(binary).sub(attended.square());
      return softmaxCrossEntropy(dense(tokenMean(encoded), head, beta.slice([0], [3])), labels, 0);
    };
    const expected = tf.variableGrads(loss, variables);
    const actual = lossAndGradients(loss, variables);
    expect(take(actual.loss)).toEqual(take(expected.value));
    expect(actual.gradients.map(take)).toEqual(variables.map(variable => take(expected.grads[variable.name]!)));
    tf.dispose([variables, images, labels]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('names a variable that the loss does not depend on', () => {
    const [used, unused] = tf.tidy(() => [tf.variable(tf.ones([2])), tf.variable(tf.ones([2]), true, 'blocks.7.unused')]);
    expect(() => lossAndGradients(() => gelu(used).sum().asScalar(), [used, unused])).toThrow('blocks.7.unused');
    tf.dispose([used, unused]);
  });
});
