import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { presetPlan, type BinarizationPlan } from '../../src/binarize/index.js';
import { PackedModel } from '../../src/inference/index.js';
import { loadEngine, nativeInstructionSets, type EngineLibrary } from '../../src/kernels/index.js';
import { buildVit, vitParameters, vitPresets } from '../../src/models/index.js';
import { packModel } from '../../src/packing/index.js';

const config = { ...vitPresets.vit_nano, imgSize: 24, patchSize: 4, embedDim: 24, numHeads: 2, depth: 2, numClasses: 3 };
const engines: EngineLibrary[] = [loadEngine('wasm'), ...nativeInstructionSets().length > 0 ? [loadEngine('native')] : []];
const plans: BinarizationPlan[] = [
  presetPlan('all', 'xnor-net', { attentionProducts: true }), presetPlan('all', 'react'), presetPlan('all', 'bit', { attentionProducts: true }), presetPlan('mlp', 'xnor-net-k'),
  presetPlan('none', 'xnor-net'),
];

async function pack(plan: BinarizationPlan): Promise<ReturnType<typeof packModel>> {
  await useBackend('cpu');
  const model = buildVit(config, plan, Random.seeded(1));
  // Elastic factors are 0 before the first batch.
  for (const { variable, role } of vitParameters(model)) if (role === 'scale') tf.tidy(() => { variable.assign(tf.onesLike(variable)); });
  return packModel(model, { preprocessing: null, classes: null, provenance: {} });
}

describe('a run that is written down', () => {
  it.each(plans.map((plan): [string, BinarizationPlan] => [plan.name, plan]))('gives the bits of its calls one by one, on any number of threads: %s', async (_name, plan) => {
    const file = await pack(plan);
    const random = Random.seeded(2);
    const images = Float32Array.from({ length: 3 * 24 * 24 }, () => random.normal());
    for (const engine of engines) {
      const model = PackedModel.from(file, engine);
      const steps: string[] = [];
      const observed = model.run(images, { begins: step => { steps.push(step); }, taken: () => undefined, counted: () => undefined, attended: () => undefined, computed: () => undefined });
      expect(steps.slice(0, 4)).toEqual(['patch_embed', 'blocks.0.norm1', 'blocks.0.attn.qkv', 'blocks.0.attn']);
      for (const threads of [1, 2, 3]) {
        engine.setThreads(threads);
        try {
          expect(model.run(images)).toEqual(observed);
        } finally {
          engine.setThreads(1);
        }
      }
      model.dispose();
    }
  });

  it('names the layer whose input is not finite, whoever looks', async () => {
    const file = await pack(plans[0]!);
    const weight = file.tensors.get('blocks.1.norm2.bias')!.data as Float32Array;
    weight[3] = NaN;
    for (const engine of engines) {
      const model = PackedModel.from(file, engine);
      for (const observer of [null, { begins: () => undefined }]) {
        expect(() => model.run(new Float32Array(24 * 24), observer)).toThrow('packed model: blocks.1.mlp.fc1: expected finite activations, found a NaN or an infinity');
      }
      model.dispose();
    }
  });
});
