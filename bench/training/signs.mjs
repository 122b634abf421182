// What tracking signs at every step (`--signs-every 1`, the most that can be asked) adds to a training step: node signs.mjs [ROUNDS]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from 'binvit/backend';
import { methodNames, presetPlan } from 'binvit/binarize';
import { stepTimer } from 'binvit/training';
import { vitPresets } from 'binvit/models';

const rounds = Number(process.argv[2] ?? 15);
const { name, detail } = await useBackend('native', { threads: 1 });
console.log(`${name} (${detail}); vit_nano, batch 128; median of ${rounds} alternated rounds`);
const folder = mkdtempSync(join(tmpdir(), 'binvit-signs-'));
const median = values => values.toSorted((a, b) => a - b)[values.length >> 1];
for (const method of methodNames) {
  const config = { model: vitPresets.vit_nano, plan: presetPlan('all', method), batchSize: 128 };
  const plain = stepTimer(config);
  const tracked = stepTimer(config, join(folder, `${method}.jsonl`));
  plain.run(2);
  tracked.run(2);
  const steps = Math.max(1, Math.round(200 / plain.run(1)));
  const ms = [];
  for (let round = 0; round < rounds; round++) ms.push([plain.run(steps) / steps, tracked.run(steps) / steps]);
  const step = median(ms.map(([without]) => without));
  const added = median(ms.map(([without, with_]) => with_ / without)) - 1;
  console.log(`${method.padEnd(26)}${step.toFixed(1).padStart(7)} ms${(100 * added).toFixed(1).padStart(7)} %`);
  plain.dispose();
  tracked.dispose();
}
rmSync(folder, { recursive: true });
