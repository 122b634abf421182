import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { costTable, costTotal } from '../../src/analysis/index.js';
import { Random, useBackend } from '../../src/backend/index.js';
import { methods, presetPlan, type BinarizationPlan } from '../../src/binarize/index.js';
import { packedTensorBytes, PackedModel, type PackedFile } from '../../src/inference/index.js';
import { loadEngine, nativeInstructionSets, type EngineLibrary } from '../../src/kernels/index.js';
import { buildVit, vitParameters, vitPresets, type VitConfig } from '../../src/models/index.js';
import { packModel, verifyPacked } from '../../src/packing/index.js';
import { build, images, plansFor } from './plans.js';

const tiny: VitConfig = { ...vitPresets.vit_nano, imgSize: 8, patchSize: 4, inChans: 3, embedDim: 24, numHeads: 2, depth: 2, numClasses: 5 };
const info = { preprocessing: null, classes: null, provenance: { source: 'a test' } };
const engines: EngineLibrary[] = [loadEngine('wasm'), ...(nativeInstructionSets().length > 0 ? [loadEngine('native')] : [])];
const shapes: Record<string, VitConfig> = {
  'class token': { ...tiny, classToken: true, globalPool: 'token' },
  'mean beside a class token': { ...tiny, classToken: true },
  'two heads': { ...tiny, classToken: true, globalPool: 'token', distillation: 'heads' },
  'no qkv bias': { ...tiny, qkvBias: false },
  'an MLP that is no wider': { ...tiny, embedDim: 48, mlpRatio: 1 },
};
const kinds: [string, VitConfig, BinarizationPlan][] = [
  ['float', tiny, presetPlan('none', 'xnor-net')],
  ...plansFor(tiny).map((plan): [string, VitConfig, BinarizationPlan] => [plan.name, tiny, plan]),
  ['learned factors of patches behind a class token', { ...tiny, classToken: true }, {
    name: 'patches', activation: 'gelu',
    rules: [{ sites: ['patchEmbed'], blocks: 'all', method: 'custom', ...methods.bwn, input: { ...methods.bnn.input!, scale: { name: 'learned', tokens: 4 } }, values: null }],
  }],
  ...Object.entries(shapes).map(([name, config]): [string, VitConfig, BinarizationPlan] => [name, config, presetPlan('all', 'xnor-net', { attentionProducts: true })]),
];

beforeEach(async () => { await useBackend('cpu'); });

describe('a packed model', () => {
  it.each(kinds)('computes what its original computes: %s', async (_name, config, plan) => {
    for (const engine of engines) {
      // The same kernels: far below 0 GELU is -0 or a tiny negative number, by the backend, and that is a bit.
      await useBackend(engine.kind);
      const model = build(config, plan);
      const file = packModel(model, info);
      const packed = PackedModel.from(file, engine);
      const { equal, firstDifference, sameClass, images: count, onThreshold } = verifyPacked(model, packed, images(config));
      expect([equal, firstDifference]).toEqual([true, null]);
      expect(sameClass + onThreshold).toBeGreaterThanOrEqual(count);
      expect(onThreshold).toBeLessThanOrEqual(1);
      packed.dispose();
      model.dispose();
    }
  });

  it('has the integers of its original: without scales every layer of the encoder gives the same bits', async () => {
    for (const engine of engines) {
      await useBackend(engine.kind);
      const model = build({ ...tiny, embedDim: 72 }, presetPlan('all', 'bnn'));
      const packed = PackedModel.from(packModel(model, info), engine);
      const binary = verifyPacked(model, packed, images(tiny)).layers.filter(({ name }) => name.startsWith('blocks.'));
      expect(binary.map(({ ownError }) => ownError)).toEqual(Array(8).fill(0));
      packed.dispose();
      model.dispose();
    }
  });

  it('has the bytes that its cost table says', () => {
    for (const [, config, plan] of kinds) {
      const model = build(config, plan);
      expect(packedTensorBytes(packModel(model, info).tensors), plan.name).toBe(costTotal(costTable(config, plan)).sizeBytes);
      model.dispose();
    }
  });

  it.each<[string, BinarizationPlan]>([['all', presetPlan('all', 'xnor-net')], ['MLP only', presetPlan('mlp', 'xnor-net')]])(
    'of 16 bits where it is float computes what its original computes with weights rounded so: %s', async (_name, plan) => {
      for (const engine of engines) {
        await useBackend(engine.kind);
        const config = { ...tiny, classToken: true, globalPool: 'token' as const };
        const model = build(config, plan);
        const weights = (): number[] => vitParameters(model).flatMap(({ variable }) => [...variable.dataSync()]);
        const before = weights();
        const file = packModel(model, info, { half: true });
        const packed = PackedModel.from(file, engine);
        expect(packed.halves).toEqual(expect.arrayContaining(['cls_token', 'pos_embed', 'patch_embed.proj.weight', 'head.weight']));
        expect(packed.halves.includes('blocks.0.attn.qkv.weight')).toBe(plan.name.startsWith('mlp'));
        expect(packedTensorBytes(file.tensors)).toBeLessThan(packedTensorBytes(packModel(model, info).tensors));
        expect(verifyPacked(model, packed, images(config))).toMatchObject({ equal: true, firstDifference: null });
        expect(weights()).toEqual(before);
        packed.dispose();
        model.dispose();
      }
    });

  it('of 16 bits refuses what they cannot hold by name', () => {
    const model = build(tiny, presetPlan('all', 'xnor-net'));
    const { variable } = vitParameters(model).find(({ name }) => name === 'pos_embed')!;
    tf.tidy(() => { variable.assign(tf.mul(variable, 1e6)); });
    expect(() => packModel(model, info, { half: true })).toThrow(/^pos_embed: expected values below 65520/);
    model.dispose();
  });

  it('gives the same for images alone and in batches, and gives its memory back', () => {
    const model = build(tiny, presetPlan('all', 'xnor-net', { attentionProducts: true }));
    const file = packModel(model, info);
    const [engine] = engines;
    PackedModel.from(file, engine).dispose();
    const before = engine!.heap.reservedBytes;
    const packed = PackedModel.from(file, engine);
    const values = Float32Array.from(images(tiny, 20).dataSync());
    const together = packed.run(values);
    const size = values.length / 20;
    const alone = Array.from({ length: 20 }, (_, image) => [...packed.run(values.subarray(image * size, (image + 1) * size))]).flat();
    expect(alone).toEqual([...together]);
    packed.dispose();
    const again = PackedModel.from(file, engine);
    again.run(values);
    again.dispose();
    expect(engine!.heap.reservedBytes - before).toBeLessThan(3_000_000);
  });

  it('with an elastic factor that has not met a batch is refused by name', () => {
    expect(() => packModel(buildVit(tiny, presetPlan('all', 'bit'), Random.seeded(1)), info)).toThrow(
      /^blocks\.0\.mlp\.fc1\.input: expected a trained scale, found one that has not met a batch yet: train the model first$/);
  });
});

describe('a planted fault is found, and its layer named', () => {
  const plan = presetPlan('all', 'xnor-net');
  const damaged = (change: (file: PackedFile) => void): ReturnType<typeof verifyPacked> => {
    const model = build(tiny, plan);
    const file = packModel(model, info);
    change(file);
    return verifyPacked(model, PackedModel.from(file, engines[0]), images(tiny));
  };

  it('one bit of a weight', () => {
    const { equal, firstDifference, layers } = damaged(({ tensors }) => { (tensors.get('blocks.1.mlp.fc1.signs')!.data as Uint32Array)[3]! ^= 4; });
    expect([equal, firstDifference]).toEqual([false, 'blocks.1.mlp.fc1']);
    // Every token of every image, in the one output.
    expect(layers.filter(({ integersApart }) => integersApart > 0).map(({ name, integersApart }) => [name, integersApart])).toEqual([['blocks.1.mlp.fc1', 5 * 4]]);
  });

  it('one norm, which no dense layer has: the layer after it takes something else', () => {
    const { equal, firstDifference } = damaged(({ tensors }) => { (tensors.get('blocks.1.norm2.weight')!.data as Float32Array)[2]! *= 1.5; });
    expect([equal, firstDifference]).toEqual([false, 'blocks.1.mlp.fc1']);
  });

  it('one scale', () => {
    const { equal, firstDifference, layers } = damaged(({ tensors }) => { (tensors.get('blocks.0.attn.proj.scale')!.data as Float32Array)[5]! *= 1.01; });
    expect([equal, firstDifference]).toEqual([false, 'blocks.0.attn.proj']);
    expect(layers.map(({ integersApart }) => integersApart)).toEqual(Array(layers.length).fill(0));
  });
});
