import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { presetPlan } from '../../src/binarize/index.js';
import { writeSafetensors } from '../../src/io/index.js';
import { buildVit, exportTimm, vitDefinition, vitParameters, type VitConfig } from '../../src/models/index.js';
import { configHash, isForeignModel, loadModel, saveModel } from '../../src/training/index.js';
import { binaryPlan, tinyConfig, tinyModel } from './tiny.js';

const folder = mkdtempSync(join(tmpdir(), 'binvit-model-file-'));
const at = (name: string): string => join(folder, name);
beforeAll(async () => { await useBackend('cpu'); });
afterAll(() => { rmSync(folder, { recursive: true }); });

const distilled: VitConfig = { ...tinyModel, classToken: true, globalPool: 'token', distillation: 'heads' };

describe('a model that no run trained', () => {
  it.each([[tinyModel, binaryPlan], [distilled, presetPlan('mlp', 'react')]])('is saved with shape and plan, and loads the same: %#', (config, plan) => {
    const model = buildVit(config, plan, Random.seeded(5));
    saveModel(at('model.safetensors'), model);
    const loaded = loadModel(at('model.safetensors'));
    expect(vitDefinition(loaded)).toEqual({ config, plan });
    const values = (of: typeof model): [string, number[]][] => vitParameters(of).map(({ name, variable }) => [name, [...variable.dataSync()]]);
    expect(values(loaded)).toEqual(values(model));
    expect(isForeignModel(at('model.safetensors'))).toBe(false);
  });

  it('is told from weights that binvit did not write, which loadModel refuses with the way to read them', () => {
    exportTimm(buildVit(tinyModel, binaryPlan, Random.seeded(5)), at('timm.safetensors'));
    expect(isForeignModel(at('timm.safetensors'))).toBe(true);
    expect(() => loadModel(at('timm.safetensors'))).toThrow(`${at('timm.safetensors')}: expected the configuration of a run, or shape and plan of a model`);
    expect(isForeignModel(at('nowhere'))).toBe(false);
    expect(isForeignModel(at('model.safetensors.index.json'))).toBe(false);
    expect(() => isForeignModel(folder)).not.toThrow();
    writeSafetensors(at('half.safetensors'), new Map(), { format: 'binvit-model-1', model: '{}' });
    expect(() => loadModel(at('half.safetensors'))).toThrow('found neither');
  });
});

it('a configuration without distillation keeps the hash that it had before there was any', () => {
  // Of the same test configuration, computed before the field came.
  expect(configHash(tinyConfig())).toBe('baf63888989fc049cd8e584c00fc1c6f011a5e4f9ba06f9b41cce82a894ccfa5');
  expect(configHash(tinyConfig({ model: distilled }))).not.toBe(configHash(tinyConfig({ model: { ...distilled, distillation: 'token' } })));
});
