import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { attentionMaps } from '../../src/analysis/index.js';
import { Random, useBackend } from '../../src/backend/index.js';
import { presetPlan, type BinarizationPlan } from '../../src/binarize/index.js';
import { attentionRollout, PackedModel } from '../../src/inference/index.js';
import { loadEngine } from '../../src/kernels/index.js';
import { buildVit, forward, vitPresets, type VitConfig } from '../../src/models/index.js';
import { packModel } from '../../src/packing/index.js';

const tiny: VitConfig = { ...vitPresets.vit_nano, imgSize: 12, patchSize: 4, inChans: 2, embedDim: 24, numHeads: 3, depth: 3, numClasses: 5 };
const info = { preprocessing: null, classes: null, provenance: {} };
const floatProducts: [string, VitConfig, BinarizationPlan][] = [
  ['mean pooling', tiny, presetPlan('mlp', 'bwn')],
  ['class token', { ...tiny, classToken: true, globalPool: 'token' }, presetPlan('mhsa', 'bwn')],
  ['mean beside a class token', { ...tiny, classToken: true }, presetPlan('none', 'bwn')],
];
const images = (count: number): tf.Tensor4D => {
  const random = Random.seeded(5);
  return tf.tensor4d(Float32Array.from({ length: count * 288 }, () => random.normal()), [count, 12, 12, 2]);
};

/** A model, its packed form, and images; the same kernels under both. */
async function setUp(config: VitConfig, plan: BinarizationPlan, count: number): Promise<[tf.LayersModel, PackedModel, tf.Tensor4D]> {
  await useBackend('wasm');
  const model = buildVit(config, plan, Random.seeded(2));
  return [model, PackedModel.from(packModel(model, info), loadEngine('wasm')), images(count)];
}

function attentionOf(packed: PackedModel, values: Float32Array): { readonly seen: [string, Float32Array][]; readonly logits: Float32Array } {
  const seen: [string, Float32Array][] = [];
  return { seen, logits: packed.run(values, { attended(name, probabilities) { seen.push([name, probabilities]); } }) };
}

function expectNear(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-5);
}

describe('the attention of a packed model', () => {
  it.each(floatProducts)('is that of its original, by image and head: %s', async (_name, config, plan) => {
    const [model, packed, x] = await setUp(config, plan, 2);
    const expected: [string, number[]][] = [];
    tf.tidy(() => { forward(model, x, { training: false, attention: (name, probabilities) => { expected.push([name, [...probabilities.dataSync()]]); } }); });
    const values = Float32Array.from(x.dataSync());
    const { seen, logits } = attentionOf(packed, values);
    expect(seen.map(([name]) => name)).toEqual(['blocks.0.attn', 'blocks.1.attn', 'blocks.2.attn']);
    seen.forEach(([name, probabilities], block) => {
      expect(name).toBe(expected[block]![0]);
      expect(probabilities).toHaveLength(2 * config.numHeads * packed.tokens ** 2);
      expectNear([...probabilities], expected[block]![1]);
    });
    expect(logits).toEqual(packed.run(values));
  });

  it('is its softmax where the products are binary, not the bits that it becomes', async () => {
    const [model, packed, x] = await setUp(tiny, presetPlan('all', 'xnor-net', { attentionProducts: true }), 3);
    const expected: number[][] = [];
    tf.tidy(() => {
      forward(model, x, { training: false, input: (name, values) => { if (name.endsWith('attn.probabilities')) expected.push([...values.dataSync()]); } });
    });
    const { seen, logits } = attentionOf(packed, Float32Array.from(x.dataSync()));
    expect(seen).toHaveLength(3);
    seen.forEach(([, probabilities], block) => {
      expectNear([...probabilities], expected[block]!);
      const { tokens } = packed;
      for (let row = 0; row < probabilities.length; row += tokens) expect(probabilities.subarray(row, row + tokens).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    });
    expect(logits).toEqual(packed.run(Float32Array.from(x.dataSync())));
  });

  it.each(floatProducts)('leads through the blocks to the rollout of the analysis: %s', async (_name, config, plan) => {
    const [model, packed, x] = await setUp(config, plan, 2);
    const { rollout } = attentionMaps(model, x);
    const values = Float32Array.from(x.dataSync());
    for (const [image, expected] of rollout.entries()) {
      const found = attentionRollout(packed, values.subarray(288 * image, 288 * (image + 1)));
      expectNear([...found], [...expected]);
      expect(Math.max(...found) - Math.min(...found)).toBeGreaterThan(1e-3);
    }
    expect(() => attentionRollout(packed, values)).toThrow(/^attention: expected one image of 288 values, found 576 values$/);
  });
});
