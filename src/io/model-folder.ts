import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { writeFileAtomic } from './atomic-file.js';
import { readJson } from './json-file.js';
import { readWhole } from './sized-file.js';

const modelFile = 'model.json';
const weightsFile = 'weights.bin';

/** What `model.json` holds beside tfjs's own fields: its weights file, recognised by content. */
interface SavedModel extends tf.io.ModelJSON {
  readonly weightsSha256?: string;
}

/**
 * Saves and loads a tfjs model as a folder with `model.json` and `weights.bin`, on every backend; the same files as tfjs-node
 * makes for `file://`:
 * ```ts
 * await model.save(modelFolder('runs/my run/model'));
 * const again = await tf.loadLayersModel(modelFolder('runs/my run/model'));
 * ```
 * Each file is written as a whole or not at all, and `model.json` names the SHA-256 of its weights: a save that was killed
 * between the two is refused on loading, never mixed.
 *
 * @param path of the folder, absolute or relative; it is made when it is missing
 * @throws Error (on loading) that names the file, and says how its size or content is wrong
 */
export function modelFolder(path: string): tf.io.IOHandler {
  return {
    save: async artifacts => save(path, artifacts, await tfjsIo()),
    load: async () => load(path, await tfjsIo()),
  };
}

/** Loaded when a model is saved or loaded: the kernel of notebooks takes files from this folder, and has to start at once. */
async function tfjsIo(): Promise<typeof tf.io> {
  return (await import('@tensorflow/tfjs')).io;
}

function save(path: string, artifacts: tf.io.ModelArtifacts, io: typeof tf.io): tf.io.SaveResult {
  const { modelTopology, weightSpecs = [], weightData, ...rest } = artifacts;
  const weights = new Uint8Array(io.CompositeArrayBuffer.join(weightData));
  const model: SavedModel = {
    ...rest,
    modelTopology: modelTopology!,
    weightsManifest: [{ paths: [weightsFile], weights: weightSpecs }],
    weightsSha256: sha256(weights),
  };
  writeFileAtomic(join(path, weightsFile), weights);
  writeFileAtomic(join(path, modelFile), JSON.stringify(model));
  return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
}

function load(path: string, io: typeof tf.io): tf.io.ModelArtifacts {
  const model = readModel(join(path, modelFile));
  const specs = io.getWeightSpecs(model.weightsManifest);
  const files = model.weightsManifest.flatMap(group => group.paths).map(name => join(path, name));
  const weights = Buffer.concat(files.map(readWhole));
  const expected = weightBytes(specs);
  if (expected !== null && expected !== weights.length) {
    throw new Error(`${files.join(', ')}: expected ${expected} bytes for the ${specs.length} weights of ${modelFile}, found ${weights.length}: `
      + 'the file is cut or belongs to another model');
  }
  if (model.weightsSha256 !== undefined && model.weightsSha256 !== sha256(weights)) {
    throw new Error(`${files.join(', ')}: expected the weights that ${modelFile} was saved with, found others: `
      + 'the file was changed, or the last save was interrupted; save the model again');
  }
  return io.getModelArtifactsForJSONSync(model, specs, new Uint8Array(weights).buffer);
}

function readModel(path: string): SavedModel {
  const { value: model } = readJson(path);
  const { modelTopology, weightsManifest } = (model ?? {}) as Partial<SavedModel>;
  if (typeof modelTopology !== 'object' || !Array.isArray(weightsManifest)) {
    throw new Error(`${path}: expected a tfjs model with modelTopology and weightsManifest, found other JSON`);
  }
  return model as SavedModel;
}

/** Length of the weights file; `null` when there are texts among the weights, whose length is in the data. */
function weightBytes(specs: readonly tf.io.WeightsManifestEntry[]): number | null {
  const widths: Readonly<Record<string, number>> = { float32: 4, int32: 4, complex64: 8, bool: 1, float16: 2, uint16: 2, uint8: 1 };
  const sizes = specs.map(({ shape, dtype, quantization }) =>
    shape.reduce((product, size) => product * size, 1) * (widths[quantization?.dtype ?? dtype] ?? NaN));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return Number.isNaN(total) ? null : total;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
