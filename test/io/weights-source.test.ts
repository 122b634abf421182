import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readSafetensors, readWeights, writeSafetensors } from '../../src/io/index.js';

const temporary = mkdtempSync(join(tmpdir(), 'binvit-weights-'));
afterAll(() => { rmSync(temporary, { recursive: true }); });

const sharded = fileURLToPath(new URL('../fixtures/weights/hf-vit-sharded', import.meta.url));
const indexName = 'model.safetensors.index.json';
const shard = (number: number): string => `model-0000${number}-of-00004.safetensors`;

interface Index {
  weight_map: Record<string, string>;
}

/** A copy of the sharded model; its index changed. */
function copy(change: (index: Index) => void = () => undefined): string {
  const folder = mkdtempSync(join(temporary, 'model-'));
  for (const name of readdirSync(sharded)) copyFileSync(join(sharded, name), join(folder, name));
  const index = JSON.parse(readFileSync(join(folder, indexName), 'utf8')) as Index;
  change(index);
  writeFileSync(join(folder, indexName), JSON.stringify(index));
  return folder;
}

describe('readWeights', () => {
  it('gives every tensor of every shard, from the folder as from the index, with config.json', () => {
    const source = readWeights(sharded);
    expect(source.files.map(file => file.slice(sharded.length + 1))).toEqual([1, 2, 3, 4].map(shard));
    const index = JSON.parse(readFileSync(join(sharded, indexName), 'utf8')) as Index;
    expect([...source.tensors.keys()].sort()).toEqual(Object.keys(index.weight_map).sort());
    for (const [name, file] of Object.entries(index.weight_map)) {
      expect(source.tensors.get(name)).toEqual(readSafetensors(join(sharded, file)).tensors.get(name));
    }
    expect(source.config).toMatchObject({ path: join(sharded, 'config.json'), value: { model_type: 'vit' } });
    expect(readWeights(join(sharded, indexName))).toEqual(source);
  });

  it('reads a single file with the config.json beside it, or without one', () => {
    const folder = mkdtempSync(join(temporary, 'single-'));
    const path = join(folder, 'model.safetensors');
    copyFileSync(join(sharded, shard(3)), path);
    expect(readWeights(folder)).toEqual({ path, files: [path], ...readSafetensors(path), config: null, preprocessor: null });
    writeFileSync(join(folder, 'config.json'), '{"a": 1}');
    expect(readWeights(path).config).toEqual({ path: join(folder, 'config.json'), value: { a: 1 } });
    writeFileSync(join(folder, 'preprocessor_config.json'), '{"b": 2}');
    expect(readWeights(folder).preprocessor).toEqual({ path: join(folder, 'preprocessor_config.json'), value: { b: 2 } });
    writeFileSync(join(folder, indexName), '{}');
    expect(readWeights(folder).path).toBe(path);
  });

  it('names the shard that is missing', () => {
    const folder = copy();
    rmSync(join(folder, shard(2)));
    expect(() => readWeights(folder)).toThrow(`${join(folder, indexName)}: expected the shard ${shard(2)} with `);
    expect(() => readWeights(folder)).toThrow('beside it, found no such file: download it too');
  });

  it('names the tensor that its shard does not have', () => {
    const folder = copy(index => { index.weight_map['vit.extra'] = shard(3); });
    expect(() => readWeights(folder)).toThrow(`${join(folder, shard(3))}: expected the tensors vit.extra, as ${indexName} says, found none of that name`);
  });

  it('names the tensor that is in two shards, and both', () => {
    const folder = copy();
    const { tensors } = readSafetensors(join(folder, shard(3)));
    tensors.set('classifier.bias', readSafetensors(join(folder, shard(1))).tensors.get('classifier.bias')!);
    writeSafetensors(join(folder, shard(3)), tensors);
    expect(() => readWeights(folder)).toThrow(`${join(folder, shard(3))}: tensor "classifier.bias": expected it in ${shard(1)}, found it here`);
  });

  it('names the tensor that the index does not know', () => {
    const folder = copy(index => { delete index.weight_map['classifier.bias']; });
    expect(() => readWeights(folder)).toThrow(`tensor "classifier.bias": expected it in no shard of ${indexName}, found it here`);
  });

  it.each(['../other.safetensors', '/etc/passwd', 'a/b.safetensors', 'model.bin', 3])('opens no file elsewhere: %s', place => {
    const folder = copy(index => { index.weight_map['classifier.bias'] = place as string; });
    expect(() => readWeights(folder)).toThrow('weight_map: "classifier.bias": expected the name of a safetensors file beside the index, found');
  });

  it.each([
    ['{"weight_map": {"a": "x.safetensors", "a": "y.safetensors"}}', 'expected unique names, found "a" twice'],
    ['{"weight_map": []}', 'expected an index with "weight_map"'],
    ['null', 'expected an index with "weight_map"'],
    ['version https://git-lfs.github.com/spec/v1', 'found a Git LFS pointer'],
    ['', 'found an empty file'],
    ['{"weight_map"', 'expected JSON, found something else'],
  ])('refuses an index of %s', (text, message) => {
    const folder = copy();
    writeFileSync(join(folder, indexName), text);
    expect(() => readWeights(folder)).toThrow(message);
    expect(() => readWeights(folder)).toThrow(join(folder, indexName));
  });

  it('names what a folder has in place of safetensors', () => {
    const folder = mkdtempSync(join(temporary, 'none-'));
    expect(() => readWeights(folder)).toThrow(`${folder}: expected model.safetensors or ${indexName} in the folder, found no weights`);
    writeFileSync(join(folder, 'pytorch_model.bin'), '');
    expect(() => readWeights(folder)).toThrow('found pytorch_model.bin: give the path of a safetensors file, or convert to it first');
    expect(() => readWeights(join(folder, 'nowhere'))).toThrow('nowhere: there is no such file');
  });
});
