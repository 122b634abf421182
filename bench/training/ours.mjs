// A binvit backend as a contender of bench/training: node ours.mjs BACKEND SPEC. Protocol as in peer.py.
import { createInterface } from 'node:readline';
import { useBackend } from 'binvit/backend';
import { presetPlan } from 'binvit/binarize';
import { stepTimer } from 'binvit/training';
import { vitPresets } from 'binvit/models';

const [, , backend, text] = process.argv;
const spec = JSON.parse(text);
const info = await useBackend(backend);
const timer = stepTimer({
  model: {
    ...vitPresets.vit_nano, imgSize: spec.imgSize, patchSize: spec.patch, embedDim: spec.dim, depth: spec.depth,
    numHeads: spec.heads, mlpRatio: spec.ratio,
  },
  plan: presetPlan(spec.binary ? 'all' : 'none', 'xnor-net'),
  batchSize: spec.batch,
});
timer.run(2);
console.log(JSON.stringify({ peer: `binvit ${info.name} (${info.detail})` }));
for await (const line of createInterface({ input: process.stdin })) console.log(timer.run(Number(line)).total / 1000);
timer.dispose();
