// What tracking signs at every step (`--signs-every 1`, the most that can be asked) adds to a training step: node signs.mjs [ROUNDS]
// share: the calls that read, pack and write the signs, timed within the steps; beside: such a trainer against one that tracks nothing.
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
const percent = value => `${(100 * value).toFixed(1).padStart(8)} %`;
console.log(`${'method'.padEnd(26)}${'a step'.padStart(10)}${'signs'.padStart(10)}${'share'.padStart(10)}${'beside'.padStart(10)}`);
for (const method of methodNames) {
  const config = { model: vitPresets.vit_nano, plan: presetPlan('all', method), batchSize: 128 };
  const plain = stepTimer(config);
  const tracked = stepTimer(config, join(folder, `${method}.jsonl`));
  plain.run(2);
  tracked.run(2);
  const steps = Math.max(1, Math.round(200 / plain.run(1).total));
  const times = Array.from({ length: rounds }, () => ({ without: plain.run(steps), tracked: tracked.run(steps) }));
  const step = median(times.map(({ tracked: { total, signs } }) => (total - signs) / steps));
  const signs = median(times.map(({ tracked }) => tracked.signs / steps));
  const share = median(times.map(({ tracked }) => tracked.signs / (tracked.total - tracked.signs)));
  const beside = median(times.map(({ without, tracked }) => tracked.total / without.total)) - 1;
  console.log(`${method.padEnd(26)}${step.toFixed(1).padStart(7)} ms${signs.toFixed(2).padStart(7)} ms${percent(share)}${percent(beside)}`);
  plain.dispose();
  tracked.dispose();
}
rmSync(folder, { recursive: true });
