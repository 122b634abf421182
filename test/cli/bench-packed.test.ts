import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { presetPlan } from '../../src/binarize/index.js';
import { writePackedFile, type InferenceProfile } from '../../src/inference/index.js';
import { buildVit, vitPresets } from '../../src/models/index.js';
import { packModel } from '../../src/packing/index.js';

const main = join(import.meta.dirname, '../../dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'binvit-bench-'));
const packed = join(folder, 'packed.safetensors');
afterAll(() => { rmSync(folder, { recursive: true }); });

function bench(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [main, 'bench', ...args], { encoding: 'utf8', cwd: folder });
}

beforeAll(async () => {
  await useBackend('cpu');
  const model = buildVit(vitPresets.vit_nano, presetPlan('all', 'xnor-net', { attentionProducts: true }), Random.seeded(1));
  writePackedFile(packed, packModel(model, { preprocessing: null, classes: null, provenance: {} }));
});

describe('bench of a packed model', () => {
  it('times every step and every kernel, of which the parts add up to the whole', () => {
    const { status, stdout } = bench(packed, '--backend', 'wasm', '--rounds', '1', '--batch-size', '2', '--json');
    expect(status).toBe(0);
    const found = JSON.parse(stdout) as {
      engine: string; batchSize: number; ms: number; fastestMs: number; slowMs: number; fileBytes: number; peakRssBytes: number; profile: InferenceProfile;
    };
    expect(found).toMatchObject({ engine: 'wasm, simd128', batchSize: 2, fileBytes: statSync(packed).size });
    expect(found.fastestMs).toBeLessThanOrEqual(found.ms);
    expect(found.ms).toBeLessThanOrEqual(found.slowMs);
    const { steps, kernels } = found.profile;
    const block = (index: number): string[] => ['norm1', 'attn.qkv', 'attn', 'attn.proj', 'norm2', 'mlp.fc1', 'mlp.act', 'mlp.fc2'].map(part => `blocks.${index}.${part}`);
    expect(steps.map(({ name }) => name)).toEqual(['patch_embed', ...[0, 1, 2, 3].flatMap(block), 'head']);
    // 16 tokens of 64, hidden layers of 128.
    expect(Object.fromEntries(steps.slice(0, 9).filter(step => step.binaryMacs > 0).map(step => [step.name, step.binaryMacs]))).toEqual({
      'blocks.0.attn.qkv': 16 * 64 * 192, 'blocks.0.attn': 2 * 16 * 16 * 64, 'blocks.0.attn.proj': 16 * 64 * 64,
      'blocks.0.mlp.fc1': 16 * 64 * 128, 'blocks.0.mlp.fc2': 16 * 64 * 128,
    });
    expect(kernels.map(({ name }) => name)).toEqual(expect.arrayContaining(['packedGemm', 'packedAttention', 'layerNormForward', 'JavaScript']));
  });

  it('tells the memory of its own process, not of a larger one that started it', () => {
    const large = Buffer.alloc(1 << 30, 1);
    const { peakRssBytes } = JSON.parse(bench(packed, '--backend', 'wasm', '--rounds', '1', '--json').stdout) as { peakRssBytes: number };
    expect(peakRssBytes).toBeGreaterThan(30 << 20);
    expect(peakRssBytes).toBeLessThan(large.length / 2);
  });

  it('prints both tables, the time, the memory and the size', () => {
    const { stdout } = bench(packed, '--rounds', '1');
    expect(stdout).toMatch(/blocks\.3\.mlp\.fc2 .*\n[^]*packedGemm[^]* ms a batch of 1 \(fastest .* images\/s on .* 1 thread\nloaded in \d+ ms, 0\.1 MB on disk, peak memory of the process \d+\.\d MB\n$/);
  });

  it('names what is wrong', () => {
    writeFileSync(join(folder, 'text.safetensors'), 'not a model');
    expect(bench('text.safetensors')).toMatchObject({ status: 1, stderr: expect.stringMatching(/^binvit: text\.safetensors: /) as string });
    expect(bench('missing.safetensors')).toMatchObject({ status: 1, stderr: expect.stringContaining('missing.safetensors') as string });
    expect(bench(packed, '--backend', 'cpu')).toMatchObject({ status: 1, stderr: 'binvit: --backend: expected native or wasm for a packed model, found cpu\n' });
    expect(bench(packed, '--batch-size', '0').status).toBe(2);
  });
});
