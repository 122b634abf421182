import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useBackend } from '../../src/backend/index.js';
import { binaryLayers } from '../../src/models/index.js';
import { initialModel } from '../../src/training/initial-model.js';
import { loadModel, readSigns, train, type TrainConfig, type TrainOptions } from '../../src/training/index.js';
import { tinyConfig, tinyData } from './tiny.js';

const root = mkdtempSync(join(tmpdir(), 'binvit signs '));
let folders = 0;
const newFolder = (): string => join(root, `run ${++folders}`);
afterAll(() => { rmSync(root, { recursive: true, force: true }); });
beforeAll(async () => { await useBackend('cpu'); });

const data = tinyData();
const start = (config: TrainConfig, dir: string, options: Partial<TrainOptions> = {}): Promise<unknown> => train(config, { dir, backend: 'cpu', data, ...options });

it('samples the signs from the initial weights to the final ones, and leaves the weights as they are without', async () => {
  const [watched, plain] = [newFolder(), newFolder()];
  await start(tinyConfig({ steps: 5, signsEvery: 2 }), watched);
  await start(tinyConfig({ steps: 5 }), plain);
  expect(readFileSync(join(watched, 'model.safetensors')).subarray(-4000)).toEqual(readFileSync(join(plain, 'model.safetensors')).subarray(-4000));
  const samples = readSigns(watched);
  expect(samples.map(({ step }) => step)).toEqual([0, 2, 4, 5]);
  const [first, last] = [initialModel(tinyConfig()), loadModel(watched)];
  expect(samples[0]!.layers).toEqual(binaryLayers(first).map(layer => layer.signs()));
  expect(samples.at(-1)!.layers).toEqual(binaryLayers(last).map(layer => layer.signs()));
  for (const model of [first, last]) model.dispose();
  expect(() => readSigns(plain)).toThrow('expected the signs of a run trained with signsEvery');
});

it('of a resumed run are those of one that was never interrupted, also where steps were repeated', async () => {
  const config = tinyConfig({ steps: 6, signsEvery: 1, checkpointEvery: 2 });
  const [whole, dir] = [newFolder(), newFolder()];
  await start(config, whole);
  // Fails after three updates: the third is made and logged again from the checkpoint of the second.
  await expect(start(config, dir, { onProgress: ({ step }) => { if (step === 3) throw new Error('the power went'); } })).rejects.toThrow('the power went');
  await start(config, dir);
  expect(readFileSync(join(dir, 'model.safetensors')).equals(readFileSync(join(whole, 'model.safetensors')))).toBe(true);
  expect(readSigns(dir)).toEqual(readSigns(whole));
});
