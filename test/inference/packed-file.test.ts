import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { methods, presetPlan, type BinarizationPlan, type WeightScaleSpec } from '../../src/binarize/index.js';
import { PackedModel, readPackedFile, writePackedFile, type PackedFile } from '../../src/inference/index.js';
import { readSafetensors, writeSafetensors, type SafetensorsTensor } from '../../src/io/index.js';
import { loadEngine } from '../../src/kernels/index.js';
import { buildVit, vitPresets } from '../../src/models/index.js';
import { packModel } from '../../src/packing/index.js';
import type { ImagePreprocessing } from '../../src/pictures/index.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder();
const preprocessing: ImagePreprocessing = {
  resize: 8, interpolation: 'bicubic', crop: { height: 8, width: 8 }, normalization: { mean: [0.5], std: [0.25] },
};
const config = { ...vitPresets.vit_nano, imgSize: 8, patchSize: 4, embedDim: 12, numHeads: 2, depth: 1, numClasses: 3 };
/** Ternary weights with a factor for six inputs. */
const grouped = presetPlan('all', 'twn');
const ternary: BinarizationPlan = {
  ...grouped, rules: grouped.rules.map(rule => ({ ...rule, weight: { ...rule.weight!, scale: { ...methods.bwn.weight.scale, per: { groupSize: 6 } } as WeightScaleSpec } })),
};
let [path, ternaryPath] = ['', ''];
let file: PackedFile;

beforeAll(async () => {
  await useBackend('cpu');
  const packed = (plan: BinarizationPlan): PackedFile =>
    packModel(buildVit(config, plan, Random.seeded(1)), { preprocessing, classes: ['a', 'b', 'c'], provenance: { source: 'a test' } });
  file = packed(presetPlan('all', 'xnor-net', { attentionProducts: true }));
  [path, ternaryPath] = [folder.path('packed.safetensors'), folder.path('ternary.safetensors')];
  writePackedFile(path, file);
  writePackedFile(ternaryPath, packed(ternary));
});

/** The file with its tensors or its header changed. */
function changed(change: (tensors: Map<string, SafetensorsTensor>, metadata: Record<string, string>) => void, from = path): string {
  const { tensors, metadata } = readSafetensors(from);
  const header = { ...metadata };
  change(tensors, header);
  const to = folder.path('changed.safetensors');
  writeSafetensors(to, tensors, header);
  return to;
}

describe('a packed file', () => {
  it('comes back as it was written, and equal models give equal bytes', () => {
    const { tensors, ...rest } = readPackedFile(path);
    const { tensors: written, ...expected } = file;
    expect(rest).toEqual(JSON.parse(JSON.stringify(expected)));
    expect(tensors).toEqual(written);
    writePackedFile(folder.path('again.safetensors'), file);
    expect(readFileSync(folder.path('again.safetensors')).equals(readFileSync(path))).toBe(true);
  });

  it.each<[string, RegExp, Parameters<typeof changed>[0]]>([
    ['another version', /expected a packed model \(format binvit-packed-1\), found binvit-packed-9: make one with packModel/, (_, metadata) => { metadata.format = 'binvit-packed-9'; }],
    ['another layout', /expected sign bits in the layout rows-32-lsb, found columns/, (_, metadata) => { metadata.layout = 'columns'; }],
    ['a header that is no JSON', /header field program: expected JSON/, (_, metadata) => { metadata.program = '{'; }],
    ['a program without a field', /program\.numHeads/, (_, metadata) => { metadata.program = metadata.program!.replace('"numHeads":2,', ''); }],
    ['sizes that do not fit', /program\.numHeads: expected a divisor of dim 12, found 5/, (_, metadata) => { metadata.program = metadata.program!.replace('"numHeads":2', '"numHeads":5'); }],
    ['another crop', /use\.preprocessing\.crop: expected 8 x 8 pixels, found 8 x 9/, (_, metadata) => { metadata.use = metadata.use!.replace('"width":8', '"width":9'); }],
    ['constants of another number of channels', /use\.preprocessing\.normalization: expected mean and std of 1 channels, found 1 and 3/, (_, metadata) => { metadata.use = metadata.use!.replace('[0.25]', '[1,1,1]'); }],
    ['a standard deviation of 0', /use\.preprocessing\.normalization\.std\.0: /, (_, metadata) => { metadata.use = metadata.use!.replace('[0.25]', '[0]'); }],
    ['more names than classes', /use\.classes: expected at most 3 names, found 4/, (_, metadata) => { metadata.use = metadata.use!.replace('"a"', '"a","d"'); }],
    ['a tensor that is missing', /tensor blocks\.0\.mlp\.fc1\.signs: expected it, found nothing/, tensors => { tensors.delete('blocks.0.mlp.fc1.signs'); }],
    ['a tensor too many', /tensor more: expected no tensor of this name/, tensors => { tensors.set('more', { dtype: 'F32', shape: [1], data: Float32Array.of(1) }); }],
    ['a tensor of another shape', /tensor fc_norm\.weight: expected F32 \[12\], found F32 \[2\]/, tensors => { tensors.set('fc_norm.weight', { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) }); }],
    ['a scale that is no number', /tensor blocks\.0\.mlp\.fc2\.scale: expected finite numbers/, tensors => { (tensors.get('blocks.0.mlp.fc2.scale')!.data as Float32Array)[1] = NaN; }],
    ['bits beyond the inputs', /tensor blocks\.0\.mlp\.fc1\.signs: expected the bits beyond 12 inputs to be 0/, tensors => { (tensors.get('blocks.0.mlp.fc1.signs')!.data as Uint32Array)[4]! |= 0x80000000; }],
  ])('with %s is refused by name', (_name, message, change) => {
    const to = changed(change);
    expect(() => readPackedFile(to)).toThrow(message);
    expect(() => readPackedFile(to)).toThrow(to);
  });

  it.each<[string, RegExp, Parameters<typeof changed>[0]]>([
    ['a sign of a weight of 0', /tensor blocks\.0\.mlp\.fc1\.signs: expected no sign where blocks\.0\.mlp\.fc1\.kept is 0, found one/, tensors => {
      (tensors.get('blocks.0.mlp.fc1.signs')!.data as Uint32Array)[1] = 0xfff;
      (tensors.get('blocks.0.mlp.fc1.kept')!.data as Uint32Array)[1] = 0xff;
    }],
    ['bits beyond the inputs', /tensor blocks\.0\.attn\.proj\.kept: expected the bits beyond 12 inputs to be 0/, tensors => {
      (tensors.get('blocks.0.attn.proj.kept')!.data as Uint32Array)[2]! |= 0x1000;
    }],
    ['groups that do not fit', /tensor blocks\.0\.attn\.q\.signs: expected groups of a divisor of 12 inputs, found 5/, (_, metadata) => { metadata.program = metadata.program!.replace('"group":6', '"group":5'); }],
    ['factors for other groups', /tensor blocks\.0\.attn\.q\.scale: expected F32 \[3, 12\], found F32 \[2, 12\]/, (_, metadata) => { metadata.program = metadata.program!.replace('"group":6', '"group":4'); }],
  ])('of ternary weights with %s is refused by name', (_name, message, change) => {
    expect(() => readPackedFile(changed(change, ternaryPath))).toThrow(message);
  });

  it.each(['signs', 'ternary weights'])('of %s with any bytes changed is refused, or is a model that gives numbers', weights => {
    const bytes = readFileSync(weights === 'signs' ? path : ternaryPath);
    const random = Random.seeded(11);
    const images = Float32Array.from({ length: 64 }, () => random.normal());
    const engine = loadEngine('wasm');
    const to = folder.path('mutated.safetensors');
    let refused = 0;
    const runs = Number(process.env.BINVIT_FUZZ ?? 300);
    for (let run = 0; run < runs; run++) {
      const mutated = Buffer.from(bytes);
      for (let change = 0; change <= random.integer(3); change++) mutated[random.integer(random.uniform() < 0.5 ? 400 : mutated.length)] = random.integer(256);
      writeFileSync(to, random.uniform() < 0.1 ? mutated.subarray(0, random.integer(mutated.length)) : mutated);
      let model: PackedModel;
      try {
        model = PackedModel.load(to, engine);
      } catch (error) {
        expect((error as Error).message.startsWith(to), (error as Error).message).toBe(true);
        refused++;
        continue;
      }
      try {
        expect(model.run(images)).toHaveLength(3);
      } catch (error) {
        // Finite weights of any size may overflow on their way.
        expect((error as Error).message).toContain('expected finite activations');
      } finally {
        model.dispose();
      }
    }
    expect(refused).toBeGreaterThan(runs / 10);
  });
});
