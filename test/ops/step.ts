import * as tf from '@tensorflow/tfjs';
import { Random } from '../../src/backend/index.js';
import { AdamW, attention, binaryDense, dense, gelu, globalNorm, layerNorm, lossAndGradients, softmaxCrossEntropy, tokenMean } from '../../src/ops/index.js';
import { normal } from './on-backends.js';

/**
 * Trains one encoder block with a head for some steps on random tokens, from one seed.
 *
 * @param binary whether the block's four linear layers are W1A1
 * @returns the loss of each step, the norm of its gradients, and all weights at the end
 */
export function trainBlock(steps: number, binary: boolean): { losses: number[]; norms: number[]; weights: number[][] } {
  const random = Random.seeded(3);
  const [batch, tokens, dim, heads, classes] = [8, 17, 24, 3, 5] as const;
  const variables = tf.tidy(() => [[dim, 3 * dim], [dim, dim], [dim, 2 * dim], [2 * dim, dim], [dim, classes]].flatMap(shape =>
    [tf.variable(normal(random, shape, 0.2)), tf.variable(tf.zeros([shape[1]!]))]));
  const [gamma, beta] = tf.tidy(() => [tf.variable(tf.ones([dim])), tf.variable(tf.zeros([dim]))]);
  const parameters = [...variables, gamma, beta].map(variable => ({ variable, decay: 0, clip: null }));
  const images = normal(random, [batch, tokens, dim]);
  const labels = tf.tensor1d(Array.from({ length: batch }, () => random.integer(classes)), 'int32');
  const sign = { name: 'clipped' } as const;

  const linear = (x: tf.Tensor, site: number): tf.Tensor => {
    const [weight, bias] = [variables[2 * site]!, variables[2 * site + 1]!];
    if (!binary || site === 4) return dense(x, weight, bias);
    return binaryDense(x, weight, bias, { input: sign, weight: sign, scale: 'channel', scaleGradient: 'exact' }, `site ${site}`);
  };
  const norm = (x: tf.Tensor): tf.Tensor => layerNorm(x, gamma, beta, 1e-6);
  const loss = (): tf.Scalar => {
    const attended = images.add(linear(attention(linear(norm(images), 0), heads), 1));
    const encoded = attended.add(linear(gelu(linear(norm(attended), 2)), 3));
    return softmaxCrossEntropy(linear(tokenMean(norm(encoded)), 4), labels, 0.1);
  };

  const adam = new AdamW({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
  const losses: number[] = [];
  const norms: number[] = [];
  for (let step = 0; step < steps; step++) {
    const pass = lossAndGradients(loss, parameters.map(({ variable }) => variable));
    norms.push(globalNorm(pass.gradients));
    adam.step(parameters, pass.gradients, 0.003, 1);
    losses.push(pass.loss.dataSync()[0]!);
    tf.dispose([pass.loss, pass.gradients]);
  }
  const weights = parameters.map(({ variable }) => Array.from(variable.dataSync()));
  adam.dispose();
  tf.dispose([parameters.map(({ variable }) => variable), images, labels]);
  return { losses, norms, weights };
}
