import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { duplicateKey } from './duplicate-key.js';
import { readJson } from './json-file.js';
import { readSafetensors } from './safetensors.js';
import type { SafetensorsTensor } from './safetensors-dtype.js';

/**
 * Reads a model whose tensors lie in several safetensors files beside an index, `{"weight_map": {tensor: file}}`. Every tensor
 * lies where the index says, and nowhere else.
 *
 * @throws Error that names the index, the tensor and the shard: a shard is missing, a tensor is in no shard or in two, or a
 *   shard has a tensor that the index does not know
 */
export function readShards(index: string): { readonly files: readonly string[]; readonly tensors: ReadonlyMap<string, SafetensorsTensor> } {
  const places = readIndex(index);
  const shards = [...new Set(places.values())].sort();
  const inShard = (shard: string): string[] => [...places].filter(([, place]) => place === shard).map(([name]) => name);
  const files = shards.map(shard => join(dirname(index), shard));
  for (const [at, file] of files.entries()) {
    if (existsSync(file)) continue;
    const names = inShard(shards[at]!);
    throw new Error(`${index}: expected the shard ${shards[at]!} with ${names.length} tensors (${names[0]!}, ...) beside it, `
      + 'found no such file: download it too');
  }
  const tensors = new Map<string, SafetensorsTensor>();
  for (const [at, file] of files.entries()) {
    const shard = readSafetensors(file).tensors;
    for (const [name, tensor] of shard) {
      const place = places.get(name);
      if (place !== shards[at]) {
        throw new Error(`${file}: tensor ${JSON.stringify(name)}: expected it in ${place ?? `no shard of ${basename(index)}`}, found it here`);
      }
      tensors.set(name, tensor);
    }
    const missing = inShard(shards[at]!).filter(name => !shard.has(name));
    if (missing.length > 0) {
      throw new Error(`${file}: expected the tensors ${missing.join(', ')}, as ${basename(index)} says, found none of that name: download it again`);
    }
  }
  return { files, tensors };
}

function readIndex(path: string): ReadonlyMap<string, string> {
  const { value, text } = readJson(path);
  const map = (value as { weight_map?: unknown } | null)?.weight_map;
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw new Error(`${path}: expected an index with "weight_map", the shard of every tensor, found other JSON`);
  }
  const twice = duplicateKey(text);
  if (twice !== null) throw new Error(`${path}: expected unique names, found ${JSON.stringify(twice)} twice`);
  for (const [name, shard] of Object.entries(map)) {
    // A name only: an index that comes from outside opens no file elsewhere.
    if (typeof shard !== 'string' || !/^[^/\\]+\.safetensors$/.test(shard)) {
      throw new Error(`${path}: weight_map: ${JSON.stringify(name)}: expected the name of a safetensors file beside the index, found ${JSON.stringify(shard)}`);
    }
  }
  return new Map(Object.entries(map as Record<string, string>));
}
