// Measures what the gallery shows and needs images or a training for: `node scripts/gallery-data.mjs` writes docs/gallery/measured.json
// from the runs in data/runs and MNIST (a minute). The pictures follow by `npx vitest run test/figures/gallery.test.ts -u`.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  activationTable, attentionMaps, attentionTable, blockSimilarity, branchContributions, layerSensitivity, lossSurface, probeBatch, signDynamics,
} from '../dist/analysis/index.js';
import { Random, useBackend } from '../dist/backend/index.js';
import { presetPlan } from '../dist/binarize/index.js';
import { loadDataset, viewOf } from '../dist/data/index.js';
import { vitPresets } from '../dist/models/index.js';
import { drawnImage } from '../dist/report/index.js';
import { loadModel, parseTrainConfig, readRun, readSigns, train } from '../dist/training/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const results = join(root, 'data/runs/full-mnist');
const runs = readFileSync(join(results, 'results.jsonl'), 'utf8').trim().split('\n').map(line => JSON.parse(line));
const folderOf = cell => join(results, runs.find(run => run.cell === cell && run.seed === 1).dir);

await useBackend();
const data = loadDataset('mnist', {});
const [float, binary] = ['none/float', 'all/xnor-net'].map(cell => loadModel(folderOf(cell)));
const { normalization } = readRun(folderOf('none/float')).environment.data;
const view = viewOf(data.test, Uint32Array.from({ length: 2000 }, (_, index) => index));
const probe = count => probeBatch(view, count, normalization, Random.seeded(4));
const some = probe(64);
const shown = probe(4);

const folder = mkdtempSync(join(tmpdir(), 'binvit-gallery-'));
const config = parseTrainConfig({
  model: vitPresets.vit_nano, plan: presetPlan('all', 'xnor-net'), data: { name: 'mnist' }, learningRate: 8e-3, steps: 400, signsEvery: 8,
});
await train(config, { dir: folder, data });
const signs = signDynamics(readSigns(folder));
rmSync(folder, { recursive: true });

const measured = {
  activations: [{ label: 'float', rows: activationTable(float, some.images) }, { label: 'XNOR-Net', rows: activationTable(binary, some.images) }],
  attention: attentionTable(binary, vitPresets.vit_nano, view, normalization),
  maps: {
    images: [...shown.indices].map(index => drawnImage(data.test, index)),
    models: [{ label: 'float', maps: attentionMaps(float, shown.images) }, { label: 'XNOR-Net', maps: attentionMaps(binary, shown.images) }],
  },
  contributions: await branchContributions(binary, view, normalization, { replacement: 'random-signs', random: Random.seeded(1) }),
  sensitivity: await layerSensitivity(float, view, normalization, { method: 'xnor-net', random: Random.seeded(1) }),
  similarity: blockSimilarity(float, binary, some.images),
  surfaces: [
    { label: 'float', surface: await lossSurface(float, some, Random.seeded(1), { points: 13 }) },
    { label: 'XNOR-Net', surface: await lossSurface(binary, some, Random.seeded(1), { points: 13 }) },
  ],
  signs,
};
mkdirSync(join(root, 'docs/gallery'), { recursive: true });
// Five digits are finer than a pixel.
writeFileSync(join(root, 'docs/gallery/measured.json'), `${JSON.stringify(measured, (_, value) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value)}\n`);
