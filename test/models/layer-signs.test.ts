import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { methodNames, presetPlan } from '../../src/binarize/index.js';
import { binaryLayers, buildVit, packSigns } from '../../src/models/index.js';
import { tinyModel } from '../training/tiny.js';

beforeAll(async () => { await useBackend('cpu'); });

it('packed signs are those of a comparison with 0, for every float, subnormal and zero', () => {
  fc.assert(fc.property(fc.array(fc.float({ noNaN: true }), { maxLength: 70 }), values => {
    const bits = packSigns(Float32Array.from(values));
    values.forEach((value, at) => { expect((bits[at >> 3]! >> (at & 7)) & 1).toBe(value < 0 ? 1 : 0); });
    for (let pad = values.length; pad < 8 * bits.length; pad++) expect((bits[pad >> 3]! >> (pad & 7)) & 1).toBe(0);
  }));
});

it.each(methodNames)('the signs of a layer are those of its binary view: %s', method => {
  const model = buildVit(tinyModel, presetPlan('mlp', method), Random.seeded(3));
  const tensors = tf.memory().numTensors;
  for (const layer of binaryLayers(model)) {
    const { name, shape, signs } = layer.signs();
    const binary = layer.binary();
    expect([name, ...shape]).toEqual([layer.name, ...binary.shape]);
    expect(signs).toEqual(packSigns(binary.dataSync<'float32'>()));
    binary.dispose();
  }
  expect(tf.memory().numTensors).toBe(tensors);
  model.dispose();
});
