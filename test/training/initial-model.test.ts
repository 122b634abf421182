import { readFileSync, writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { presetPlan } from '../../src/binarize/index.js';
import { binaryLayers, buildVit, importVit, vitParameters } from '../../src/models/index.js';
import { configHash, fileHash, loadModel, parseTrainConfig, saveModel, train } from '../../src/training/index.js';
import { initialModel } from '../../src/training/initial-model.js';
import { temporaryFolder } from '../temporary-folder.js';
import { floatPlan, tinyConfig, tinyData, tinyModel } from './tiny.js';

const folder = temporaryFolder();
let path: string;
const values = (model: tf.LayersModel): Map<string, number[]> => new Map(vitParameters(model).map(({ name, variable }) => [name, [...variable.dataSync()]]));

beforeEach(async () => {
  await useBackend('cpu');
  path = folder.path('float.safetensors');
  saveModel(path, buildVit(tinyModel, floatPlan, Random.seeded(9)));
});

describe('initial weights from a file', () => {
  const from = (file = path): { path: string; sha256: string } => ({ path: file, sha256: fileHash(file) });

  it('become the latent weights of a binary model, whatever its seed, and learned scales start for them', () => {
    const stored = values(loadModel(path));
    for (const method of ['xnor-net', 'xnor-net-plus-plus', 'react'] as const) {
      const model = initialModel(tinyConfig({ plan: presetPlan('all', method), initial: from(), seed: 3 }));
      for (const [name, found] of values(model)) if (stored.has(name)) expect(found, name).toEqual(stored.get(name));
      const [layer] = binaryLayers(model);
      const [latent, scale] = [layer!.latent(), layer!.scale()];
      // XNOR-Net++ trains its scales; the others compute them from the latent weights.
      expect(Math.max(...tf.mean(tf.abs(latent), 0).sub(scale.squeeze()).abs().dataSync())).toBeLessThan(1e-6);
    }
  });

  it('keep the scales of a file whose plan has the same', () => {
    const plan = presetPlan('all', 'xnor-net-plus-plus');
    const model = buildVit(tinyModel, plan, Random.seeded(2));
    const scale = vitParameters(model).find(({ role }) => role === 'scale')!;
    scale.variable.assign(tf.fill(scale.variable.shape, 0.123));
    saveModel(folder.path('scaled.safetensors'), model);
    const found = values(initialModel(tinyConfig({ plan, initial: from(folder.path('scaled.safetensors')) })));
    expect(found).toEqual(values(model));
  });

  it('are trained from, and give another run than random ones or another file', async () => {
    const config = tinyConfig({ initial: from() });
    const { status } = await train(config, { dir: folder.path('run'), backend: 'cpu', data: tinyData() });
    expect(status).toBe('done');
    saveModel(folder.path('other.safetensors'), buildVit(tinyModel, floatPlan, Random.seeded(10)));
    expect(new Set([tinyConfig(), config, tinyConfig({ initial: from(folder.path('other.safetensors')) })].map(configHash)).size).toBe(3);
    writeFileSync(folder.path('copy.safetensors'), readFileSync(path));
    expect(configHash(tinyConfig({ initial: from(folder.path('copy.safetensors')) }))).toBe(configHash(config));
  });

  it('of another file than the configuration means are refused', () => {
    const config = tinyConfig({ initial: { path, sha256: 'ab'.repeat(32) } });
    expect(() => initialModel(config)).toThrow(`${path}: expected the initial weights with SHA-256 ${'ab'.repeat(32)}, found`);
  });

  it('of another shape are refused by the name of the tensor', () => {
    const config = tinyConfig({ model: { ...tinyModel, numClasses: 6 }, initial: from() });
    expect(() => initialModel(config)).toThrow(`${path}: expected head.weight of shape [8, 6], found [8, 4]`);
  });

  it('may be those of timm, imported for other classes', () => {
    const imported = importVit(new URL('../fixtures/weights/timm-vit', import.meta.url).pathname, { random: Random.seeded(1), numClasses: 4 });
    saveModel(folder.path('imported.safetensors'), imported.model);
    const config = parseTrainConfig({
      model: imported.config, plan: presetPlan('mlp', 'xnor-net'), data: { name: 'x' }, initial: from(folder.path('imported.safetensors')),
    });
    expect(values(initialModel(config))).toEqual(values(imported.model));
  });
});
