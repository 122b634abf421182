// Writes ONNX files of small models of every kind with their logits, for check.py: node make-models.mjs FOLDER. Needs `npm run build` before.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random, useBackend } from 'binvit/backend';
import { methodNames, methods, presetPlan } from 'binvit/binarize';
import { buildVit, exportOnnx, forward, vitParameters, vitPresets } from 'binvit/models';
import * as tf from '@tensorflow/tfjs';

const folder = process.argv[2];
await useBackend('cpu');
const tiny = { ...vitPresets.vit_nano, imgSize: 8, patchSize: 4, inChans: 3, embedDim: 12, numHeads: 2, depth: 2, numClasses: 5 };
const shapes = {
  'mean': tiny,
  'token': { ...tiny, classToken: true, globalPool: 'token' },
  'mean-with-token': { ...tiny, classToken: true },
  'distilled': { ...tiny, classToken: true, globalPool: 'token', distillation: 'heads' },
  'no-bias': { ...tiny, qkvBias: false },
};
const plans = {
  'float': presetPlan('none', 'xnor-net'),
  ...Object.fromEntries(methodNames.flatMap(method => [
    [method, presetPlan('all', method)],
    ...(methods[method].attention === null ? [] : [[`${method}-attention`, presetPlan('all', method, { attentionProducts: true })]]),
  ])),
};
const kinds = [...Object.entries(plans).map(([name, plan]) => [name, tiny, plan]), ...Object.entries(shapes).flatMap(([name, config]) => [
  [`${name}-float`, config, plans.float], [`${name}-xnor-net`, config, plans['xnor-net']],
])];

const random = Random.seeded(3);
const images = tf.tensor4d(Float32Array.from({ length: 6 * 8 * 8 * 3 }, () => random.normal()), [6, 8, 8, 3]);
const nchw = [...tf.transpose(images, [0, 3, 1, 2]).dataSync()];
const cases = kinds.map(([name, config, plan]) => {
  const model = buildVit(config, plan, Random.seeded(1));
  // Biases, shifts and factors away from where they start, so that none can be left out unseen.
  for (const { variable, role } of vitParameters(model)) {
    const nudge = tf.tensor(Float32Array.from({ length: variable.size }, () => 0.1 * random.normal()), variable.shape);
    variable.assign(role === 'scale' ? tf.add(0.5, tf.abs(nudge)) : tf.add(variable, nudge));
  }
  const files = ['float', 'int8'].map(weights => {
    exportOnnx(model, join(folder, `${name}.${weights}.onnx`), weights);
    return `${name}.${weights}.onnx`;
  });
  const found = { name, files, logits: [...forward(model, images, { training: false }).dataSync()] };
  model.dispose();
  return found;
});
writeFileSync(join(folder, 'cases.json'), JSON.stringify({ shape: [6, 3, 8, 8], images: nchw, cases }));
