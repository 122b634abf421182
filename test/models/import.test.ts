import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { availableBackends, Random, useBackend } from '../../src/backend/index.js';
import { forward, importVit, vitLayersOf } from '../../src/models/index.js';
import { distance, fixturePath, fixtureTensors } from './fixtures.js';

interface WeightsCase {
  readonly folder: string;
  readonly weights: string;
  readonly expected: string;
}

const published = JSON.parse(readFileSync(fixturePath('cases.json'), 'utf8')) as WeightsCase[];

describe.each(await availableBackends())('an imported ViT on %s', backend => {
  // 1e-4 absolute is the tolerance that the fixtures state; both sides compute in float32.
  it.each(published.map(row => [`${row.folder}/${row.weights}`, row] as const))('computes what the library computes: %s', async (path, row) => {
    await useBackend(backend);
    tf.engine().startScope();
    const { model, config } = importVit(fixturePath(path), { random: Random.seeded(1) });
    const expected = fixtureTensors(`${row.folder}/${row.expected}`);
    const compared = ['logits'];
    const images = expected.input_nhwc as tf.Tensor4D;
    const attention = (name: string, probabilities: tf.Tensor): void => {
      if (name !== 'blocks.0.attn') return;
      compared.push('attn.0');
      expect(distance(probabilities, expected['attn.0']!), 'attn.0').toBeLessThan(1e-4);
    };
    expect(distance(forward(model, images, { training: false, attention }), expected.logits!), 'logits').toBeLessThan(1e-4);
    let x: tf.Tensor = images;
    for (const layer of vitLayersOf(model)) {
      x = layer.forward(x, { training: false });
      const name = { patch_embed: 'patch_embed', pos_embed: 'embedding', 'blocks.0': 'block.0', 'blocks.1': 'block.1', norm: 'tokens', fc_norm: 'features' }[layer.name];
      if (name === undefined) continue;
      compared.push(name);
      expect(distance(x, expected[name]!), name).toBeLessThan(1e-4);
    }
    expect(compared).toEqual(expect.arrayContaining(['attn.0', 'patch_embed', 'embedding', 'block.0', 'block.1']));
    tf.engine().endScope();
    expect(config.layerNormEps).toBe(row.folder.startsWith('timm') ? 1e-6 : 1e-12);
  });
});
