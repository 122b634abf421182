import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { costTable, costTotal } from '../../src/analysis/index.js';
import { presetPlan } from '../../src/binarize/index.js';
import { loadDataset } from '../../src/data/index.js';
import { readPackedFile, writePackedFile } from '../../src/inference/index.js';
import { vitPresets } from '../../src/models/index.js';
import { temporaryFolder } from '../temporary-folder.js';

const main = join(import.meta.dirname, '../../dist/cli/main.js');
const folder = temporaryFolder();
let run: string;
let packed: string;

function binvit(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
}

/** A test digit as a picture. */
async function digit(index: number): Promise<string> {
  const { images, height, width } = loadDataset('mnist').test;
  const path = folder.path(`digit-${index}.png`);
  await sharp(images.subarray(index * height * width, (index + 1) * height * width), { raw: { height, width, channels: 1 } }).png().toFile(path);
  return path;
}

beforeAll(() => {
  run = folder.path('run');
  packed = join(run, 'packed.safetensors');
  expect(binvit('train', '--where', 'all', '--method', 'xnor-net', '--steps', '30', '--out', run)).toMatchObject({ status: 0 });
  expect(binvit('pack', run)).toMatchObject({ status: 0, stdout: expect.stringContaining('16 images of mnist test: the same class for 16 of 16') as string });
});

describe('binvit pack', () => {
  it('writes the tensor bytes that binvit summary says, and says how many bytes the file has', () => {
    const { bytes, tensorBytes, headerBytes, verification } = JSON.parse(binvit('pack', run, '--json').stdout) as {
      bytes: number; tensorBytes: number; headerBytes: number; verification: { equal: boolean };
    };
    expect(bytes).toBe(statSync(packed).size);
    expect(tensorBytes + headerBytes).toBe(bytes);
    expect(tensorBytes).toBe(costTotal(costTable(vitPresets.vit_nano, presetPlan('all', 'xnor-net'))).sizeBytes);
    expect(verification.equal).toBe(true);
  });

  it('gives the same bytes again, and fewer with 16 bits', () => {
    const [again, half] = [folder.path('again.safetensors'), folder.path('half.safetensors')];
    expect(binvit('pack', run, '--out', again).status).toBe(0);
    expect(readFileSync(again).equals(readFileSync(packed))).toBe(true);
    expect(binvit('pack', run, '--half', '--out', half)).toMatchObject({ status: 0, stdout: expect.stringContaining('equal') as string });
    expect(statSync(half).size).toBeLessThan(statSync(packed).size);
    expect(binvit('verify', run, half).status).toBe(0);
  });

  it('packs a model of ternary weights, and tells of one whose factors have not met a batch, and writes nothing', () => {
    const [ternary, untrained, out] = ['ternary.safetensors', 'bit.safetensors', 'never.safetensors'].map(name => folder.path(name)) as [string, string, string];
    expect(binvit('binarize', run, '--method', 'twn', '--out', ternary)).toMatchObject({ status: 0, stdout: expect.stringContaining('not trained') as string });
    expect(binvit('pack', ternary)).toMatchObject({ status: 0, stdout: expect.stringContaining('equal') as string });
    expect(binvit('binarize', run, '--method', 'bit', '--out', untrained).status).toBe(0);
    expect(binvit('pack', untrained, '--out', out)).toMatchObject({
      status: 1, stderr: expect.stringMatching(/blocks\.0\.[\w.]+: expected a trained scale, found one that has not met a batch yet/) as string,
    });
    expect(existsSync(out)).toBe(false);
  });

  it('refuses a packed model, as all commands do that want a trained one, and a folder as the file to write', () => {
    for (const command of [['pack', packed], ['verify', packed, packed], ['export', packed, '--out', folder.path('never.onnx')]]) {
      const { status, stderr } = binvit(...command);
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/^binvit: .*packed\.safetensors: expected a run, .* found a packed model/) as string });
    }
    expect(binvit('pack', run, '--out', folder.path(''))).toMatchObject({ status: 1, stderr: expect.stringContaining(`${folder.path('')}: expected a file, found a folder`) as string });
  });

  it('knows the pictures and classes of a model file too', () => {
    const model = folder.path('bwn.safetensors');
    expect(binvit('binarize', run, '--method', 'bwn', '--out', model).status).toBe(0);
    const { status, stdout } = binvit('pack', model);
    expect([status, stdout]).toEqual([0, expect.stringContaining('16 images of seeded noise') as string]);
    const [ofModel, ofRun] = [readPackedFile(folder.path('bwn.packed.safetensors')), readPackedFile(packed)];
    expect([ofModel.preprocessing, ofModel.classes]).toEqual([ofRun.preprocessing, ofRun.classes]);
  });
});

describe('binvit verify', () => {
  it('prints a row for every layer and a verdict', () => {
    const { status, stdout } = binvit('verify', run, packed, '--data', 'mnist', '--images', '5');
    expect(status).toBe(0);
    expect(stdout).toContain('5 images of mnist test: the same class for 5 of 5');
    // 16 tokens; qkv, proj, fc1 and fc2 of four blocks have 192, 64, 128 and 64 outputs.
    expect(stdout).toContain(`all ${(5 * 4 * 16 * 448).toLocaleString('en')} integers of binary products the same`);
    expect(stdout.match(/^blocks\.\d\.\S+/gm)).toHaveLength(16);
  });

  it('ends with 1 and names the layer where one bit is another', () => {
    const file = readPackedFile(packed);
    (file.tensors.get('blocks.2.attn.proj.signs')!.data as Uint32Array)[7]! ^= 1 << 9;
    const damaged = folder.path('damaged.safetensors');
    writePackedFile(damaged, file);
    const { status, stdout } = binvit('verify', run, damaged);
    expect(status).toBe(1);
    expect(stdout).toContain('DIFFERENT from blocks.2.attn.proj on');
    expect((JSON.parse(binvit('verify', run, damaged, '--json').stdout) as { firstDifference: string }).firstDifference).toBe('blocks.2.attn.proj');
  });

  it('refuses what was never packed by name', () => {
    expect(binvit('verify', run, join(run, 'model.safetensors'))).toMatchObject({ status: 1, stderr: expect.stringContaining('expected a packed model') as string });
    expect(binvit('verify', run, folder.path('nowhere'))).toMatchObject({ status: 1, stderr: expect.stringContaining('nowhere') as string });
  });
});

describe('binvit classify', () => {
  it('names the classes of pictures as the run does', async () => {
    const pictures = [await digit(0), await digit(1)];
    const found = JSON.parse(binvit('classify', packed, ...pictures, '--top', '10', '--json').stdout) as { picture: string; scores: { name: string; probability: number }[] }[];
    expect(found.map(({ picture }) => picture)).toEqual(pictures);
    for (const { scores } of found) {
      expect(scores.map(({ name }) => name).sort()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
      expect(scores.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
    }
    const best = found.map(({ scores }) => `${scores[0]!.name} ${(100 * scores[0]!.probability).toFixed(1)} %`);
    const lines = binvit('classify', packed, ...pictures).stdout.trim().split('\n');
    expect(lines.map(line => line.split('   ')[1])).toEqual(best);
  });

  it('needs no TensorFlow.js in its process', () => {
    const program = `import { classify } from ${JSON.stringify(join(import.meta.dirname, '../../dist/inference/index.js'))};
      import Module from 'node:module';
      console.log(typeof classify, Object.keys(Module._cache).filter(path => path.includes('@tensorflow')).length);`;
    expect(spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }).stdout).toBe('function 0\n');
  });

  it('says what a file is that is no picture', () => {
    expect(binvit('classify', packed, run)).toMatchObject({ status: 1, stderr: `binvit: ${run}: expected a file, found a folder\n` });
    expect(binvit('classify', packed, join(run, 'config.json'))).toMatchObject({ status: 1, stderr: expect.stringContaining('config.json: expected a ') as string });
  });
});
