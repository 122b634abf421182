import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { methodNames, methods, presetPlan, type BinarizationPlan } from '../../src/binarize/index.js';
import { vitParameters } from '../../src/models/index.js';
import { UnsupportedLayerError } from '../../src/training/index.js';
import { Trainer } from '../../src/training/trainer.js';
import { splitDataset } from '../../src/training/training-data.js';
import { backends, normal } from '../ops/on-backends.js';
import { tinyConfig, tinyData } from './tiny.js';

/** Loss and gradient norm of the first update, which runs every layer forward and backward. */
function firstUpdate(plan: BinarizationPlan): { loss: number; gradientNorm: number } {
  const config = tinyConfig({ plan });
  const trainer = new Trainer(config, splitDataset(tinyData(), config, Random.seeded(3)), Random.seeded(config.seed));
  // Sums of a few ±1 are often 0, and at a bias of 0 a rounding then decides a sign.
  const random = Random.seeded(5);
  for (const { variable, role } of vitParameters(trainer.model)) {
    if (role === 'bias') tf.tidy(() => { variable.assign(normal(random, variable.shape, 0.1)); });
  }
  try {
    return trainer.update(null);
  } finally {
    trainer.dispose();
  }
}

/** Every layer that a plan can ask for, both products of attention included. */
const plans = methodNames.map(name => [name, presetPlan('all', name, { attentionProducts: methods[name].attention !== null })] as const);

describe.each(backends.filter(name => name !== 'cpu'))('on %s', name => {
  it.each(plans)('the first update of %s has the loss and gradient norm of cpu', async (_, plan) => {
    await useBackend('cpu');
    const expected = firstUpdate(plan);
    await useBackend(name);
    const { loss, gradientNorm } = firstUpdate(plan);
    expect(Math.abs(loss / expected.loss - 1)).toBeLessThan(1e-5);
    // Estimators jump where they end: a value that rounds across ±1 has a gradient on one backend and none on the other.
    expect(Math.abs(gradientNorm / expected.gradientNorm - 1)).toBeLessThan(1e-2);
  });
});

describe('a backend that lacks something', () => {
  it.each([
    ['a kernel of the forward pass', 'Sqrt', 'forward'], ['a kernel of the backward pass', 'Neg', 'backward'],
  ])('is named with the layer: %s', async (_, kernelName, pass) => {
    await useBackend('cpu');
    const kernel = tf.getKernel(kernelName, 'cpu');
    const before = tf.memory().numTensors;
    tf.unregisterKernel(kernelName, 'cpu');
    try {
      let found: unknown;
      try {
        firstUpdate(presetPlan('all', 'ir-net'));
      } catch (error) {
        found = error;
      }
      expect(found).toBeInstanceOf(UnsupportedLayerError);
      expect(found).toMatchObject({ layer: 'blocks.0', pass, backend: 'cpu' });
      expect((found as Error).message).toContain(`blocks.0: the backend "cpu" cannot compute its ${pass} pass (Kernel '${kernelName}' not registered`);
    } finally {
      tf.registerKernel(kernel);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is named with the layer where tfjs has no gradient', async () => {
    await useBackend('cpu');
    const gradient = tf.getGradient('Sqrt');
    tf.unregisterGradient('Sqrt');
    try {
      expect(() => firstUpdate(presetPlan('mlp', 'ir-net'))).toThrow(/^blocks\.0: the backend "cpu" cannot compute its backward pass \(Cannot compute gradient: .*Sqrt/);
    } finally {
      tf.registerGradient(gradient);
    }
  });
});
