// Packs the two models of docs/demo from the committed runs, and measures what the page says of them:
// `npm run build && node scripts/demo-models.mjs` (half a minute), then `npm run demo`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '../dist/backend/index.js';
import { loadDataset } from '../dist/data/index.js';
import { PackedModel, writePackedFile } from '../dist/inference/index.js';
import { packageVersion } from '../dist/io/index.js';
import { loadEngine } from '../dist/kernels/index.js';
import { packModel } from '../dist/packing/index.js';
import { normalizationTable } from '../dist/pictures/index.js';
import { fileHash, loadModel, readModelUse, readRun } from '../dist/training/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const results = join(root, 'data/runs/full-mnist');
const runs = readFileSync(join(results, 'results.jsonl'), 'utf8').trim().split('\n').map(line => JSON.parse(line));
const folder = join(root, 'docs/demo/models');
/** The same architecture, seed, data and number of steps. */
const cells = { binary: 'all/xnor-net', float: 'none/float' };

await useBackend('wasm');
// What the page runs: the same bits on every machine.
const engine = loadEngine('wasm');
const { test } = loadDataset('mnist', {});
const size = test.height * test.width;

function accuracyOf(model) {
  const { normalization } = model.info.preprocessing;
  const table = normalizationTable(normalization, 1);
  const logits = model.run(Float32Array.from(test.images, pixel => table[pixel]));
  const right = Array.from(test.labels).filter((label, image) => {
    const own = logits.subarray(image * 10, (image + 1) * 10);
    return own.indexOf(Math.max(...own)) === label;
  });
  return right.length / test.count;
}

mkdirSync(folder, { recursive: true });
const models = Object.fromEntries(Object.entries(cells).map(([name, cell]) => {
  const run = join(results, runs.find(row => row.cell === cell && row.seed === 1).dir);
  const { config: { steps, batchSize } } = readRun(run);
  const file = packModel(loadModel(run), {
    ...readModelUse(run), provenance: { source: `data/runs/full-mnist, ${cell}, seed 1`, sha256: fileHash(join(run, 'model.safetensors')), binvit: packageVersion() },
  });
  writePackedFile(join(folder, `${name}.safetensors`), file);
  return [name, { cell, steps, batchSize, testAccuracy: accuracyOf(PackedModel.from(file, engine)) }];
}));

/** The first two test images of each class: nobody chose them. */
const samples = test.classes.flatMap((_, label) => Array.from(test.labels.keys()).filter(image => test.labels[image] === label).slice(0, 2))
  .map(image => ({ image, label: test.labels[image], pixels: Buffer.from(test.images.subarray(image * size, (image + 1) * size)).toString('base64') }));
writeFileSync(join(folder, 'models.json'), `${JSON.stringify({ testImages: test.count, models, samples }, null, 1)}\n`);
for (const [name, { cell, testAccuracy }] of Object.entries(models)) console.log(`${name}: ${cell}, ${(100 * testAccuracy).toFixed(2)} % of ${test.count} test images`);
