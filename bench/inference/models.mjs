// The models of the comparison: W1A1 with binary attention products as a packed file, and the float ViT of the same shape as ONNX.
// Weights are random, from one seed: what they are does not change the time.
import { join } from 'node:path';

import { presetPlan, Random, useBackend } from '../../dist/index.js';
import { writePackedFile } from '../../dist/inference/index.js';
import { buildVit, exportOnnx, vitPresets } from '../../dist/models/index.js';
import { packModel } from '../../dist/packing/index.js';

const [folder, name] = process.argv.slice(2);
await useBackend();
const config = vitPresets[name];
const binary = buildVit(config, presetPlan('all', 'xnor-net', { attentionProducts: true }), Random.seeded(1));
const file = packModel(binary, { preprocessing: null, classes: null, provenance: {} }, { half: true });
writePackedFile(join(folder, `${name}.packed.safetensors`), file);
binary.dispose();
exportOnnx(buildVit(config, presetPlan('none', 'xnor-net'), Random.seeded(1)), join(folder, `${name}.onnx`));
