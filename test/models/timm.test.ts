import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { availableBackends, Random, useBackend } from '../../src/backend/index.js';
import { presetPlan } from '../../src/binarize/index.js';
import { buildVit, forward, vitParameters, vitPresets, type VitConfig } from '../../src/models/index.js';
import { VitLayer } from '../../src/layers/index.js';
import { fixtureTensors, loadTimm } from './timm.js';

const shared: VitConfig = { ...vitPresets.deit_tiny, imgSize: 32, depth: 2 };
const models: Record<string, VitConfig> = {
  'timm-vit': { ...shared, patchSize: 8, embedDim: 48, numHeads: 3, numClasses: 10 },
  'timm-vit-avg': { ...shared, patchSize: 16, embedDim: 32, numHeads: 2, mlpRatio: 3, numClasses: 8, globalPool: 'avg' },
};
const float = presetPlan('none', 'xnor-net');

describe.each(await availableBackends())('float ViT on %s', backend => {
  // 1e-4 absolute is the tolerance that the fixtures state; both sides compute in float32.
  it.each(Object.entries(models))('computes what timm computes: %s', async (folder, config) => {
    await useBackend(backend);
    const model = buildVit(config, float, Random.seeded(1));
    const weights = fixtureTensors(`${folder}/model.safetensors`);
    const expected = fixtureTensors(`${folder}/expected.safetensors`);
    expect(vitParameters(model).map(({ name }) => name).sort()).toEqual(Object.keys(weights).sort());
    loadTimm(model, weights);

    const images = expected.input_nhwc as tf.Tensor4D;
    expect(distance(forward(model, images, { training: false }), expected.logits!)).toBeLessThan(1e-4);
    let x: tf.Tensor = images;
    for (const layer of model.layers) {
      if (!(layer instanceof VitLayer)) continue;
      x = (layer as VitLayer).forward(x, { training: false });
      const name = { pos_embed: 'embedding', 'blocks.0': 'block.0', 'blocks.1': 'block.1', norm: 'tokens' }[layer.name];
      if (name !== undefined) expect(distance(x, expected[name]!), layer.name).toBeLessThan(1e-4);
    }
    model.dispose();
  });
});

function distance(actual: tf.Tensor, expected: tf.Tensor): number {
  expect(actual.shape).toEqual(expected.shape);
  return tf.tidy(() => tf.max(tf.abs(tf.sub(actual, expected))).dataSync()[0]!);
}
