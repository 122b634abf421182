import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../src/backend/index.js';
import { loadDataset } from '../../src/data/index.js';
import { PackedModel, readPackedFile } from '../../src/inference/index.js';
import { loadEngine } from '../../src/kernels/index.js';
import { packModel } from '../../src/packing/index.js';
import { normalizationTable } from '../../src/pictures/index.js';
import { loadModel, readModelUse } from '../../src/training/index.js';
import { temporaryFolder } from '../temporary-folder.js';
import { demo, measured, root } from './measured.js';

const folder = temporaryFolder();
const { test } = loadDataset('mnist', {});
const runs = readFileSync(join(root, 'data/runs/full-mnist/results.jsonl'), 'utf8').trim().split('\n')
  .map(line => JSON.parse(line) as { readonly cell: string; readonly seed: number; readonly dir: string });

beforeAll(async () => { await useBackend('wasm'); });

describe('what the demo shows', () => {
  it.each(['binary', 'float'] as const)('%s.safetensors is the packed model of its run, with the test accuracy that is stated', name => {
    const file = readPackedFile(join(demo, 'models', `${name}.safetensors`));
    const { cell, testAccuracy } = measured.models[name];
    const run = join(root, 'data/runs/full-mnist', runs.find(row => row.cell === cell && row.seed === 1)!.dir);
    const model = loadModel(run);
    const { program, tensors } = packModel(model, { ...readModelUse(run), provenance: file.provenance });
    expect(file.program).toEqual(program);
    expect(file.tensors).toEqual(tensors);
    model.dispose();

    const packed = PackedModel.from(file, loadEngine('wasm'));
    const table = normalizationTable(file.preprocessing!.normalization, 1);
    const logits = packed.run(Float32Array.from(test.images, value => table[value]!));
    packed.dispose();
    const right = [...test.labels].filter((label, image) => {
      const own = logits.subarray(10 * image, 10 * (image + 1));
      return own.indexOf(Math.max(...own)) === label;
    });
    expect([right.length / test.count, test.count]).toEqual([testAccuracy, measured.testImages]);
  });

  it('has images of the test set, the first two of each class', () => {
    expect(measured.samples.map(({ label }) => label)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9]);
    for (const [at, { image, label, pixels }] of measured.samples.entries()) {
      expect(test.labels[image]).toBe(label);
      expect(test.labels.subarray(0, image).filter(other => other === label)).toHaveLength(at % 2);
      expect(Buffer.from(pixels, 'base64').equals(test.images.subarray(784 * image, 784 * (image + 1)))).toBe(true);
    }
  });

  it('is bundled from the present source: if not, "npm run demo" does it', () => {
    execFileSync(process.execPath, [join(root, 'scripts/demo.mjs'), folder.path('bundles')]);
    for (const name of ['demo.js', 'assets.js']) {
      expect(readFileSync(folder.path(`bundles/${name}`)).equals(readFileSync(join(demo, name))), name).toBe(true);
    }
  });

  it('names no module of Node, and no address in what is written by hand', () => {
    const found = (name: string, pattern: RegExp): string[] => [...readFileSync(join(demo, name), 'utf8').matchAll(pattern)].map(([text]) => text);
    expect(found('demo.js', /.{0,40}(?:node:|require\(|import\().{0,40}/g)).toEqual([]);
    for (const name of ['index.html', 'style.css']) expect(found(name, /https?:|\/\/|url\(/g), name).toEqual([]);
  });
});
