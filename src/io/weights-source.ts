import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readJson } from './json-file.js';
import { readSafetensors } from './safetensors.js';
import type { SafetensorsTensor } from './safetensors-dtype.js';
import { readShards } from './shards.js';

/** A parsed JSON file. */
interface JsonFile {
  readonly path: string;
  readonly value: unknown;
}

/** Weights as they are published: one file or several, perhaps with the model's configuration beside them. */
export interface WeightsSource {
  /** The file or index that was read; errors about a tensor name it. */
  readonly path: string;
  /** The safetensors files; more than one for a sharded model. */
  readonly files: readonly string[];
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  /** The header's `__metadata__`; empty for a sharded model. */
  readonly metadata: Readonly<Record<string, string>>;
  /** `config.json` of the same folder; null where there is none. */
  readonly config: JsonFile | null;
  /** `preprocessor_config.json` of the same folder; null where there is none. */
  readonly preprocessor: JsonFile | null;
}

const weightsFile = 'model.safetensors';
const indexFile = 'model.safetensors.index.json';

/**
 * Reads the weights of a model as a hub stores them.
 *
 * @param path a safetensors file, the index of a sharded model (`*.index.json`), or a folder with `model.safetensors` or
 *   `model.safetensors.index.json`; where there are both, the single file is read
 * @throws Error of one sentence that names the file and what is wrong with it
 */
export function readWeights(path: string): WeightsSource {
  const file = weightsFileAt(path);
  const beside = { config: jsonBeside(file, 'config.json'), preprocessor: jsonBeside(file, 'preprocessor_config.json') };
  if (file.endsWith('.json')) return { path: file, ...readShards(file), metadata: {}, ...beside };
  return { path: file, files: [file], ...readSafetensors(file), ...beside };
}

/**
 * The file or index that {@link readWeights} reads for a path.
 *
 * @throws Error that names the folder when neither is in it
 */
export function weightsFileAt(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return path;
  const names = readdirSync(path);
  const name = [weightsFile, indexFile].find(candidate => names.includes(candidate));
  if (name !== undefined) return join(path, name);
  const others = names.filter(other => /\.(safetensors|bin|pth?|npz)$/.test(other));
  throw new Error(`${path}: expected ${weightsFile} or ${indexFile} in the folder, found `
    + (others.length > 0 ? `${others.join(', ')}: give the path of a safetensors file, or convert to it first` : 'no weights'));
}

function jsonBeside(file: string, name: string): JsonFile | null {
  const path = join(dirname(file), name);
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? { path, value: readJson(path).value } : null;
}
