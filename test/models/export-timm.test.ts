import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { presetPlan } from '../../src/binarize/index.js';
import { readSafetensors } from '../../src/io/index.js';
import { buildVit, exportTimm, importVit, vitParameters, vitPresets } from '../../src/models/index.js';
import { fixturePath } from './fixtures.js';

const folder = mkdtempSync(join(tmpdir(), 'binvit-export-'));
beforeAll(async () => { await useBackend('cpu'); });
afterAll(() => { rmSync(folder, { recursive: true }); });

it.each(['timm-vit', 'timm-vit-avg', 'timm-deit-distilled'])('what was imported from timm comes back bit for bit, also as a binary model: %s', fixture => {
  const original = readSafetensors(fixturePath(`${fixture}/model.safetensors`)).tensors;
  for (const where of ['none', 'all'] as const) {
    const path = join(folder, `${fixture}-${where}.safetensors`);
    const { model } = importVit(fixturePath(fixture), { random: Random.seeded(1), plan: presetPlan(where, 'react') });
    const left = exportTimm(model, path);
    const written = readSafetensors(path);
    expect(written.metadata).toEqual({ format: 'pt' });
    expect([...written.tensors].sort()).toEqual([...original].sort());
    expect(left.length > 0).toBe(where === 'all');
    for (const name of left) expect(name).toMatch(/\.(shift|before|slope|after)$/);
    model.dispose();
  }
});

it('what was imported from Hugging Face goes to timm and comes back the same', () => {
  const first = importVit(fixturePath('hf-deit-teacher'), { random: Random.seeded(1) });
  const path = join(folder, 'hf.safetensors');
  exportTimm(first.model, path);
  // Without config.json, timm's defaults hold.
  const second = importVit(path, { random: Random.seeded(1), config: { numHeads: 3 } });
  expect(second.config).toEqual({ ...first.config, layerNormEps: 1e-6 });
  const values = ({ model }: typeof first): number[][] => vitParameters(model).map(({ variable }) => [...variable.dataSync()]);
  expect(values(second)).toEqual(values(first));
});

it('a patch of one channel and another side keeps its place', () => {
  const config = { ...vitPresets.vit_nano, depth: 1 };
  const model = buildVit(config, presetPlan('none', 'xnor-net'), Random.seeded(3));
  const path = join(folder, 'nano.safetensors');
  exportTimm(model, path);
  const tensor = readSafetensors(path).tensors.get('patch_embed.proj.weight')!;
  expect(tensor.shape).toEqual([64, 1, 7, 7]);
  // Output 2, row 3, column 4.
  const weight = vitParameters(model).find(({ name }) => name === 'patch_embed.proj.weight')!.variable.dataSync();
  expect(tensor.data[2 * 49 + 3 * 7 + 4]).toBe(weight[(3 * 7 + 4) * 64 + 2]);
  const again = importVit(path, { random: Random.seeded(1), config: { numHeads: 4 } });
  expect(again.config).toEqual(config);
});
