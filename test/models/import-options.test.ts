import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { methodNames, methods, presetPlan, weightParameters } from '../../src/binarize/index.js';
import { readSafetensors, toFloat32 } from '../../src/io/index.js';
import {
  binaryLayers, buildVit, formatImport, forward, importVit, resamplePositions, vitLayersOf, vitParameters, vitPresets, type ImportOptions, type VitConfig,
} from '../../src/models/index.js';
import { casePath, cases } from '../fixtures/cases.js';
import { fixturePath } from './fixtures.js';

beforeEach(async () => {
  await useBackend('cpu');
  tf.engine().startScope();
});

afterEach(() => {
  tf.engine().endScope();
});

const imported = (path: string, options: Partial<ImportOptions> = {}): ReturnType<typeof importVit> =>
  importVit(path, { random: Random.seeded(1), ...options });

function valuesOf(model: tf.LayersModel): Map<string, number[]> {
  return new Map(vitParameters(model).map(({ name, variable }) => [name, [...variable.dataSync()]]));
}

describe('the report', () => {
  it.each(['timm-vit', 'timm-vit-avg', 'timm-deit-distilled', 'hf-vit', 'hf-deit', 'hf-deit-teacher', 'hf-vit-sharded', 'hf-vit-f16'])(
    'has every tensor of the file and every parameter of the model once: %s', folder => {
      const { model, report } = imported(fixturePath(folder), { numClasses: 3, plan: presetPlan('all', 'react') });
      const inFiles = report.files.flatMap(file => [...readSafetensors(file).tensors.keys()]);
      expect(report.tensors.flatMap(({ sources }) => sources).sort()).toEqual(inFiles.sort());
      expect(report.tensors.flatMap(({ parameter }) => parameter ?? [])).toEqual(vitParameters(model).map(({ name }) => name));
      const ofPlan = /\.(shift|before|slope|after)$/;
      expect(report.tensors.filter(({ action, parameter }) => action === 'created' && !ofPlan.test(parameter!)).every(({ parameter }) => parameter!.startsWith('head'))).toBe(true);
      const text = formatImport(report);
      for (const name of inFiles) expect(text).toContain(name);
    });

  it('says which prefixes were taken off, and where heads, pooling and epsilon come from', () => {
    const hf = imported(fixturePath('hf-deit-teacher')).report;
    expect(hf).toMatchObject({ naming: 'Hugging Face (version 4)', prefixes: { 'deit.': 39 }, origins: { numHeads: 'config.json', layerNormEps: 'config.json' } });
    expect(imported(fixturePath('timm-vit')).report.origins).toEqual({ numHeads: 'config.json', globalPool: 'config.json', layerNormEps: 'default of timm' });
    const bare = imported(casePath('vit/prefix-module.safetensors'), { config: { numHeads: 2 } }).report;
    expect(bare).toMatchObject({
      naming: 'timm', prefixes: { 'module.': 20 }, origins: { numHeads: 'given', globalPool: 'names of the tensors', layerNormEps: 'default of timm' },
    });
    expect(formatImport(bare)).toContain('prefix module. taken off 20 names');
  });
});

describe('the configuration', () => {
  const timm: VitConfig = { ...vitPresets.deit_tiny, imgSize: 32, depth: 2, patchSize: 8 };
  const { layerNormEps, ...rest } = timm;

  it.each<[string, VitConfig]>([
    ['timm-vit', { ...timm, embedDim: 48, numHeads: 3, numClasses: 10 }],
    ['timm-vit-avg', { ...timm, patchSize: 16, embedDim: 32, numHeads: 2, mlpRatio: 3, numClasses: 8, globalPool: 'avg' }],
    ['timm-deit-distilled', { ...timm, embedDim: 36, numHeads: 3, numClasses: 10, distillation: 'heads' }],
    ['hf-deit', { ...rest, layerNormEps: 1e-12, embedDim: 32, numHeads: 2, numClasses: 8, distillation: 'token' }],
    ['hf-vit-sharded', { ...rest, layerNormEps: 1e-12, embedDim: 32, numHeads: 4, mlpRatio: 3, numClasses: 8 }],
  ])('is that of the library: %s', (folder, config) => {
    expect(layerNormEps).toBe(1e-6);
    expect(imported(fixturePath(folder)).config).toEqual(config);
  });

  it('has the epsilon of the file, which shows where a norm meets a variance of 1e-7', () => {
    const { model } = imported(fixturePath('hf-vit'));
    const norm = vitLayersOf(model).find(({ name }) => name === 'norm')!;
    const [gamma, beta] = norm.parameters.map(({ variable }) => [...variable.dataSync()]) as [number[], number[]];
    const deviation = Math.sqrt(1e-7);
    const x = Array.from({ length: 36 }, (_, index) => (index % 2 === 0 ? deviation : -deviation));
    const found = norm.forward(tf.tensor(x, [1, 1, 36]), { training: false }).dataSync();
    // With 1e-6 the result would be 0.3 times that; float32 keeps 6 digits.
    x.forEach((value, index) => { expect(found[index]).toBeCloseTo(value / Math.sqrt(1e-7 + 1e-12) * gamma[index]! + beta[index]!, 4); });
  });
});

describe('awkward files', () => {
  it.each(cases('vit').map(row => [row.id, row] as const))('%s', (_, row) => {
    const open = (options: Partial<ImportOptions> = {}): ReturnType<typeof importVit> => imported(casePath(row.path), { config: row.config!, ...options });
    if (row.id === 'vit-missing-head-bias') {
      expect(open).toThrow(`${casePath(row.path)}: expected every tensor of the model and no other, found none for head.bias`);
    } else if (row.id === 'vit-pos-embed-3x3') {
      expect(open).toThrow('expected imgSize 4, as config says, found the tensors of a model with 6: '
        + 'pass imgSize 4 to resample the position embeddings from 3x3 patches to 2x2 patches');
      expect(open({ imgSize: 4 }).config.imgSize).toBe(4);
    } else {
      const { model, config } = open();
      expect(config).toMatchObject(row.config!);
      if (row.id === 'vit-prefix-module') expect(valuesOf(model)).toEqual(valuesOf(imported(casePath('vit/timm.safetensors'), { config: row.config! }).model));
      if (row.id === 'vit-distilled') {
        expect(model.getLayer('pos_embed').outputShape).toEqual([null, 4 + row.prefixTokens!, 4]);
        expect(valuesOf(open({ numClasses: 5 }).model).get('head_dist.weight')).toHaveLength(20);
      }
    }
  });
});

describe('other classes', () => {
  it('replace both heads by those of a new model with the same seed, and nothing else', () => {
    const path = fixturePath('timm-deit-distilled');
    const [own, other] = [imported(path), imported(path, { numClasses: 5 })];
    const fresh = valuesOf(buildVit(other.config, presetPlan('none', 'xnor-net'), Random.seeded(1)));
    const before = valuesOf(own.model);
    for (const [name, values] of valuesOf(other.model)) expect(values, name).toEqual((name.startsWith('head') ? fresh : before).get(name));
    expect(other.report.tensors.filter(({ action }) => action === 'created').map(({ parameter }) => parameter)).toEqual(
      ['head.weight', 'head.bias', 'head_dist.weight', 'head_dist.bias']);
    expect(other.report.tensors.filter(({ action }) => action === 'dropped')).toHaveLength(4);
  });

  it('that are not other keep the heads, and the seed decides nothing', () => {
    const path = fixturePath('timm-deit-distilled');
    expect(valuesOf(imported(path, { numClasses: 10 }).model)).toEqual(valuesOf(imported(path, { random: Random.seeded(2) }).model));
  });
});

it('another image size resamples the positions of the patches alone', () => {
  const path = fixturePath('timm-deit-distilled');
  const { model, config, report } = imported(path, { imgSize: 56 });
  const file = toFloat32(readSafetensors(`${path}/model.safetensors`).tensors.get('pos_embed')!);
  const own = valuesOf(imported(path).model);
  for (const [name, values] of valuesOf(model)) {
    expect(values, name).toEqual(name === 'pos_embed' ? [...resamplePositions(file, 2, 4, 7)] : own.get(name));
  }
  expect(config.imgSize).toBe(56);
  expect(report.tensors.find(({ parameter }) => parameter === 'pos_embed')!.note).toBe('resampled from 4x4 to 7x7 patches');
  expect(forward(model, tf.zeros([1, 56, 56, 3]), { training: false }).shape).toEqual([1, 10]);
});

describe('a plan', () => {
  it.each(methodNames)('takes the weights of the file as latent weights, from which learned scales start: %s', method => {
    const plan = presetPlan('all', method);
    const { model } = imported(fixturePath('timm-vit'), { plan });
    const own = valuesOf(imported(fixturePath('timm-vit')).model);
    const values = valuesOf(model);
    for (const [name, weights] of own) expect(values.get(name), name).toEqual(weights);
    for (const layer of binaryLayers(model)) {
      const latent = layer.latent();
      for (const { name, initial } of weightParameters(methods[method].weight, latent.shape)) {
        expect(values.get(`${layer.name}.weight.${name}`), layer.name).toEqual([...initial(latent).dataSync()]);
      }
    }
  });
});
