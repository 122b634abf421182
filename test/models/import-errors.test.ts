import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { readSafetensors, writeSafetensors, type SafetensorsTensor } from '../../src/io/index.js';
import { formatImport, importVit, type ImportOptions } from '../../src/models/index.js';
import { casePath } from '../fixtures/cases.js';
import { fixturePath } from './fixtures.js';

const folder = mkdtempSync(join(tmpdir(), 'binvit-import-'));
beforeAll(async () => { await useBackend('cpu'); });
afterAll(() => { rmSync(folder, { recursive: true }); });

type Tensors = Map<string, SafetensorsTensor>;

const float32 = (...shape: number[]): SafetensorsTensor =>
  ({ dtype: 'F32', shape, data: new Float32Array(shape.reduce((size, side) => size * side, 1)) });

/** A folder with a fixture's weights and configuration, changed. */
function changed(fixture: string, change: (tensors: Tensors) => void, config: (text: string) => string | null = text => text): string {
  const { tensors } = readSafetensors(fixturePath(`${fixture}/model.safetensors`));
  change(tensors);
  const path = mkdtempSync(join(folder, `${fixture}-`));
  writeSafetensors(join(path, 'model.safetensors'), tensors, { format: 'pt' });
  const text = config(readFileSync(fixturePath(`${fixture}/config.json`), 'utf8'));
  if (text !== null) writeFileSync(join(path, 'config.json'), text);
  return path;
}

const same = (): void => undefined;
const importing = (path: string, options: Partial<ImportOptions> = {}) => (): unknown => importVit(path, { random: Random.seeded(1), ...options });
const add = (name: string, ...shape: number[]) => (tensors: Tensors): void => { tensors.set(name, float32(...shape)); };
const remove = (...names: string[]) => (tensors: Tensors): void => { for (const name of names) tensors.delete(name); };

describe('importVit refuses by name', () => {
  it.each<[string, string, (tensors: Tensors) => void, string]>([
    ['LayerScale', 'timm-vit', add('blocks.1.ls1.gamma', 48), 'found blocks.1.ls1.gamma (LayerScale), which the model cannot represent'],
    ['register tokens', 'timm-vit', add('reg_token', 1, 4, 48), 'found reg_token (register tokens)'],
    ['normalised queries', 'timm-vit', add('blocks.0.attn.q_norm.weight', 16), 'blocks.0.attn.q_norm.weight (normalised queries and keys)'],
    ['a norm before the blocks', 'timm-vit', add('norm_pre.weight', 48), 'norm_pre.weight (a norm before the blocks)'],
    ['what it does not know', 'hf-vit', add('vit.extra', 1), 'vit.extra (unknown)'],
    ['missing tensors, all of them', 'timm-vit', remove('blocks.1.norm2.bias', 'norm.bias'), 'found none for blocks.1.norm2.bias, norm.bias'],
    ['a whole missing block', 'timm-vit', tensors => { for (const name of tensors.keys()) if (name.startsWith('blocks.0.') && !name.includes('fc1.weight')) tensors.delete(name); },
      'found none for blocks.0.norm1.weight, blocks.0.norm1.bias, blocks.0.attn.qkv.weight, blocks.0.attn.qkv.bias, blocks.0.attn.proj.weight'],
    ['a hole between blocks', 'timm-vit', add('blocks.7.norm1.weight', 48), 'expected the blocks 0 to 2, as many as there are, found tensors of blocks.7'],
    ['positions of two models', 'timm-vit', add('pos_embed', 2, 17, 48), 'tensor pos_embed: expected shape [1, 17, 48], found [2, 17, 48]'],
    ['a norm too many', 'timm-vit-avg', add('norm.weight', 32), 'found norm.weight too many'],
    ['a tensor of another shape', 'timm-vit', add('blocks.0.attn.proj.bias', 47), 'tensor blocks.0.attn.proj.bias: expected shape [48], found [47]'],
    ['q without k', 'hf-vit', remove('vit.encoder.layer.1.attention.attention.key.bias'), 'without blocks.1.attn.k.bias'],
    ['two tensors for one place', 'timm-vit', add('module.norm.bias', 48), 'expected one tensor for norm.bias, found both module.norm.bias and norm.bias'],
    ['numbers of 64 bits', 'timm-vit', tensors => { tensors.set('norm.bias', { dtype: 'F64', shape: [48], data: new Float64Array(48) }); },
      'tensor norm.bias: expected F32, F16 or BF16, found F64'],
    ['no patch projection', 'timm-vit', remove('patch_embed.proj.weight'), 'expected a tensor patch_embed.proj.weight of shape [out, channel, row, column], found none'],
    ['positions of no square', 'timm-vit', add('pos_embed', 1, 16, 48), 'tensor pos_embed: expected positions of 1 prefix tokens (cls_token, dist_token) and a square of patches, found 16'],
    ['a missing class token', 'timm-vit', remove('cls_token'), 'expected positions of 0 prefix tokens (cls_token, dist_token) and a square of patches, found 17'],
    ['a model without head', 'hf-vit', remove('classifier.weight', 'classifier.bias'), 'expected head.weight and head.bias, found neither: pass numClasses'],
    ['no ViT at all', 'timm-vit', tensors => { tensors.clear(); tensors.set('lm_head.weight', float32(2, 2)); }, 'expected encoder blocks in the names of timm'],
    ['an empty file', 'timm-vit', tensors => { tensors.clear(); }, 'found no tensors'],
  ])('%s', (_, fixture, change, message) => {
    const path = changed(fixture, change);
    const before = tf.memory().numTensors;
    expect(importing(path)).toThrow(message);
    expect(importing(path)).toThrow(join(path, 'model.safetensors'));
    expect(tf.memory().numTensors).toBe(before);
  });

  const replace = (from: string | RegExp, to: string) => (text: string): string => {
    expect(text).toMatch(from);
    return text.replace(from, to);
  };

  it.each<[string, string, (text: string) => string, string]>([
    ['another activation', 'hf-vit', replace('"hidden_act": "gelu"', '"hidden_act": "quick_gelu"'), 'hidden_act: expected "gelu", the exact one, found "quick_gelu"'],
    ['another model', 'hf-vit', replace('"model_type": "vit"', '"model_type": "dinov2"'), 'model_type: expected "vit" or "deit", found "dinov2"'],
    ['another architecture', 'timm-vit', replace('vit_tiny_patch16_224', 'vit_base_patch16_clip_224'), 'architecture: expected a plain one'],
    ['an argument that may change the result', 'timm-vit', replace('"depth": 2,', '"depth": 2, "act_layer": "silu",'), 'model_args.act_layer: expected only img_size'],
    ['images that are no squares', 'timm-vit', replace(/"img_size": \[\s*32,\s*32/, '"img_size": [32, 64'), 'model_args.img_size: expected a square, found [32,64]'],
    ['a depth that the weights do not have', 'hf-vit', replace('"num_hidden_layers": 2', '"num_hidden_layers": 3'), 'expected depth 3, as'],
    ['a head of other classes', 'hf-vit', replace('"9": "LABEL_9"', '"9": "LABEL_9", "10": "x"'), 'found the tensors of a model with 10: pass numClasses 11 to draw a new head'],
    ['a number of heads that does not divide the width', 'hf-vit', replace('"num_attention_heads": 3', '"num_attention_heads": 5'), 'model.safetensors: model.embedDim: expected a multiple of numHeads 5, found 36'],
    ['a configuration of neither library', 'hf-vit', () => '{"width": 3}', 'expected a configuration of timm ("architecture") or Hugging Face ("model_type")'],
    ['a configuration that is no JSON', 'hf-vit', () => '{', 'config.json: expected JSON'],
  ])('%s in config.json', (_, fixture, config, message) => {
    expect(importing(changed(fixture, same, config))).toThrow(message);
  });

  it('a file of binvit, whose names are the same and whose matrices are not', () => {
    const path = join(folder, 'ours.safetensors');
    writeSafetensors(path, readSafetensors(fixturePath('timm-vit/model.safetensors')).tensors, { format: 'binvit-model-1' });
    expect(importing(path)).toThrow(`${path}: expected weights of timm or Hugging Face, found a file of binvit`);
  });
});

describe('without config.json', () => {
  const alone = (fixture: string): string => {
    const path = join(mkdtempSync(join(folder, 'alone-')), 'weights.safetensors');
    copyFileSync(fixturePath(`${fixture}/model.safetensors`), path);
    return path;
  };

  it('shapes and names tell the rest, once the number of heads is given', () => {
    for (const [fixture, numHeads] of [['timm-vit-avg', 2], ['timm-deit-distilled', 3], ['hf-deit', 2]] as const) {
      expect(importing(alone(fixture)), fixture).toThrow('pass numHeads');
      const { config } = importVit(alone(fixture), { random: Random.seeded(1), config: { numHeads } });
      expect(config).toEqual(importVit(fixturePath(fixture), { random: Random.seeded(1) }).config);
    }
  });

  it('the published widths have their heads', () => {
    const path = join(mkdtempSync(join(folder, 'wide-')), 'weights.safetensors');
    const linear = (name: string, out: number, input: number): [string, SafetensorsTensor][] => [[`${name}.weight`, float32(out, input)], [`${name}.bias`, float32(out)]];
    const norm = (name: string): [string, SafetensorsTensor][] => [[`${name}.weight`, float32(192)], [`${name}.bias`, float32(192)]];
    writeSafetensors(path, new Map([
      ['cls_token', float32(1, 1, 192)], ['pos_embed', float32(1, 2, 192)], ['patch_embed.proj.weight', float32(192, 1, 2, 2)], ['patch_embed.proj.bias', float32(192)],
      ...norm('blocks.0.norm1'), ['blocks.0.attn.qkv.weight', float32(576, 192)], ...linear('blocks.0.attn.proj', 192, 192), ...norm('blocks.0.norm2'),
      ...linear('blocks.0.mlp.fc1', 768, 192), ...linear('blocks.0.mlp.fc2', 192, 768), ...norm('norm'), ...linear('head', 2, 192),
    ]));
    const { config, report } = importVit(path, { random: Random.seeded(1) });
    expect(config).toMatchObject({ numHeads: 3, qkvBias: false, imgSize: 2, inChans: 1 });
    expect(report.origins.numHeads).toBe('usual for width 192');
  });
});

it('a backbone without head gets one when classes are given, and the pooler is dropped', () => {
  const path = changed('hf-vit', tensors => {
    remove('classifier.weight', 'classifier.bias')(tensors);
    add('vit.pooler.dense.weight', 36, 36)(tensors);
    add('vit.embeddings.mask_token', 1, 1, 36)(tensors);
  });
  const { report } = importVit(path, { random: Random.seeded(1), numClasses: 4 });
  expect(report.tensors.filter(({ action }) => action === 'created').map(({ parameter }) => parameter)).toEqual(['head.weight', 'head.bias']);
  expect(report.tensors.filter(({ action }) => action === 'dropped')).toEqual([
    expect.objectContaining({ sources: ['vit.embeddings.mask_token'], note: 'the mask token, which only pre-training puts in' }),
    expect.objectContaining({ sources: ['vit.pooler.dense.weight'], note: 'the pooler, which no classifier reads' }),
  ]);
});

describe('the normalisation of the images', () => {
  const report = (path: string): ReturnType<typeof importVit>['report'] => importVit(path, { random: Random.seeded(1) }).report;

  it('is that of config.json in timm and of preprocessor_config.json in Hugging Face, and printed', () => {
    const timm = report(fixturePath('timm-deit-distilled'));
    expect(timm.normalization).toEqual({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], origin: 'config.json' });
    expect(formatImport(timm)).toContain('images: mean 0.485 0.456 0.406, standard deviation 0.229 0.224 0.225 (config.json)');
    const path = changed('hf-vit', same);
    expect(formatImport(report(path))).toContain('images: no file says how they are normalised');
    writeFileSync(join(path, 'preprocessor_config.json'), '{"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}');
    expect(report(path).normalization).toEqual({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], origin: 'preprocessor_config.json' });
    writeFileSync(join(path, 'preprocessor_config.json'), '{"do_normalize": false, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}');
    expect(report(path).normalization).toMatchObject({ mean: [0, 0, 0], std: [1, 1, 1] });
  });

  it('is refused by name when it is not one number a channel', () => {
    const path = changed('hf-vit', same);
    writeFileSync(join(path, 'preprocessor_config.json'), '{"image_mean": [0.5], "image_std": [0.5, 0.5, 0.5]}');
    expect(() => report(path)).toThrow(`${join(path, 'preprocessor_config.json')}: image_mean: expected a number for each of 3 channels, found [0.5]`);
  });
});

describe('the size of the pictures', () => {
  const resizeOf = (files: { preprocessor?: object }): ReturnType<typeof importVit>['report']['resize'] => {
    const path = changed('hf-vit', same);
    if (files.preprocessor) writeFileSync(join(path, 'preprocessor_config.json'), JSON.stringify(files.preprocessor));
    return importVit(path, { random: Random.seeded(1) }).report.resize;
  };
  const crop = { height: 32, width: 32 };

  it('is that of timm: crop_pct of 0.9 shows 32 of 35 pixels', () => {
    const { report } = importVit(fixturePath('timm-deit-distilled'), { random: Random.seeded(1) });
    expect(report.resize).toEqual({ resize: 35, interpolation: 'bicubic', crop, origin: 'config.json' });
    expect(formatImport(report)).toContain('pictures: shorter side to 35 pixels, bicubic, then the centre of 32 x 32 (config.json)');
  });

  it('is that of transformers: squashed without a crop, else the shorter side and the centre', () => {
    expect(resizeOf({})).toBeNull();
    expect(resizeOf({ preprocessor: { size: { height: 32, width: 32 } } }))
      .toEqual({ resize: crop, interpolation: 'bilinear', crop, origin: 'preprocessor_config.json' });
    expect(resizeOf({ preprocessor: { do_center_crop: true, size: 256, crop_size: { height: 224, width: 224 }, resample: 3 } }))
      .toMatchObject({ resize: 36, interpolation: 'bicubic', crop });
    expect(resizeOf({ preprocessor: { do_center_crop: true, size: { shortest_edge: 40 }, crop_size: 32 } })).toMatchObject({ resize: 40, crop });
    expect(resizeOf({ preprocessor: { do_center_crop: true, size: { height: 64, width: 48 }, crop_size: 32 } }))
      .toMatchObject({ resize: { height: 64, width: 48 }, crop });
  });

  it('is refused by name where it is of another kind', () => {
    expect(() => resizeOf({ preprocessor: { resample: 1 } })).toThrow('preprocessor_config.json: resample: expected bilinear (2) or bicubic (3), found 1');
    expect(() => resizeOf({ preprocessor: { size: { shortest_edge: 40 } } })).toThrow('size: expected height and width where nothing is cropped');
    expect(() => resizeOf({ preprocessor: { do_center_crop: true, size: 'big' } })).toThrow('size: expected numbers of pixels, found "big"');
  });
});

it('a stale config.json gives way to what is asked for', () => {
  const stale = changed('hf-vit', same, text => text.replace('"image_size": 32', '"image_size": 224').replace('"9": "LABEL_9"', '"9": "LABEL_9", "10": "x"'));
  expect(importVit(stale, { random: Random.seeded(1), imgSize: 32, numClasses: 10 }).config).toMatchObject({ imgSize: 32, numClasses: 10 });
});

it('bfloat16 is widened exactly', () => {
  const bits = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0]! >>> 16;
  const path = changed('timm-vit', tensors => { tensors.set('norm.bias', { dtype: 'BF16', shape: [48], data: Uint16Array.from({ length: 48 }, (_, index) => bits(index / 4)) }); });
  const { model, report } = importVit(path, { random: Random.seeded(1) });
  const [, bias] = model.getLayer('norm').getWeights();
  expect([...bias!.dataSync()]).toEqual(Array.from({ length: 48 }, (_, index) => index / 4));
  expect(report.tensors.find(({ parameter }) => parameter === 'norm.bias')!.note).toBe('widened from BF16');
});

it('a folder in which a folder lies where the file should be is refused by name', () => {
  const path = mkdtempSync(join(folder, 'nested-'));
  mkdirSync(join(path, 'model.safetensors'));
  expect(importing(path)).toThrow(`${join(path, 'model.safetensors')}: expected a file, found a folder`);
});

it('a file with changed bytes is refused with its name, or read whole', () => {
  const random = Random.seeded(11);
  const original = readFileSync(casePath('vit/distilled.safetensors'));
  const path = join(folder, 'mutated.safetensors');
  const headerBytes = Number(original.readBigUInt64LE());
  let refused = 0;
  for (let round = 0; round < 400; round++) {
    const bytes = Buffer.from(original);
    // In the header, where names and shapes are; digits and letters, so that it often stays JSON.
    for (let change = random.integer(3); change >= 0; change--) bytes[8 + random.integer(headerBytes)] = '0123456789abdt._'.charCodeAt(random.integer(16));
    writeFileSync(path, bytes);
    try {
      const { model, report } = importVit(path, { random, config: { numHeads: 2 } });
      expect(report.tensors.every(({ action }) => action === 'used')).toBe(true);
      model.dispose();
    } catch (error) {
      refused++;
      expect((error as Error).message).toContain(path);
    }
  }
  // A change within a value of the metadata, or to the same character, does no harm.
  expect(refused).toBeGreaterThan(300);
});
