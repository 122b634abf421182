import { existsSync, statSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { Random, useBackend } from '../backend/index.js';
import { evaluationBatches, loadDataset, readTestPictures, viewOf, type DatasetName, type ImageSet } from '../data/index.js';
import type { PackedModel } from '../inference/index.js';
import { loadEngine, nativeInstructionSets, type EngineLibrary } from '../kernels/index.js';
import { readRun } from '../training/index.js';

/** Options that name the images on which a packed model is compared. */
export interface ImageOptions {
  readonly data?: string;
  readonly dataDir?: string;
  readonly images: number;
}

/** Images, and what they are, for people. */
export interface VerificationImages {
  readonly images: tf.Tensor4D;
  readonly source: string;
}

/** Sets up the engine that packed models run on as the backend of tfjs too: the two must round alike. */
export async function useSharedEngine(): Promise<EngineLibrary> {
  const kind = nativeInstructionSets().length > 0 ? 'native' : 'wasm';
  await useBackend(kind);
  return loadEngine(kind);
}

/**
 * The first test images of a data set: of the one that is named, else of the run's own where its files are there, else seeded noise.
 *
 * @param path of the original model
 */
export async function verificationImages(path: string, { program, info }: PackedModel, options: ImageOptions): Promise<VerificationImages> {
  const { data, images: count } = options;
  const { preprocessing } = info;
  if (preprocessing === null && data !== undefined) {
    throw new Error('--data: expected a packed model that says how images are normalised, found one that does not: leave --data out to verify on noise');
  }
  const set = data === undefined ? await ownTestSet(path, options) : await testSet(data, options, program.imgSize);
  if (set === null || preprocessing === null) return { images: noise(program, count), source: `${count} images of seeded noise` };
  return firstImages(set, count, preprocessing.normalization);
}

async function ownTestSet(path: string, options: ImageOptions): Promise<ImageSet | null> {
  if (!existsSync(path) || !statSync(path).isDirectory()) return null;
  const { config } = readRun(path);
  if (config.data.name === 'images' && options.dataDir === undefined) return null;
  try {
    return await testSet(config.data.name, options, config.model.imgSize);
  } catch (error) {
    // A folder that was named must be good; files that nobody spoke of may be missing.
    if (options.dataDir !== undefined) throw error;
    return null;
  }
}

async function testSet(name: string, { dataDir }: ImageOptions, imgSize: number): Promise<ImageSet> {
  if (name !== 'images') return loadDataset(name as DatasetName, dataDir === undefined ? {} : { dir: dataDir }).test;
  if (dataDir === undefined) throw new Error('--data images: expected --data-dir, the folder with test pictures, found none');
  const { set } = await readTestPictures(dataDir, {
    preprocessing: { resize: imgSize, interpolation: 'bicubic', crop: { height: imgSize, width: imgSize } },
  });
  return set;
}

function firstImages(set: ImageSet, most: number, normalization: Parameters<typeof evaluationBatches>[2]): VerificationImages {
  const count = Math.min(most, set.count);
  const view = viewOf(set, Uint32Array.from({ length: count }, (_, index) => index));
  for (const { images, labels } of evaluationBatches(view, count, normalization)) {
    labels.dispose();
    return { images, source: `${count} images of ${set.name}` };
  }
  throw new RangeError(`${set.name}: expected at least one image, found none`);
}

function noise({ imgSize, inChans }: PackedModel['program'], count: number): tf.Tensor4D {
  const random = Random.seeded(1);
  const shape: [number, number, number, number] = [count, imgSize, imgSize, inChans];
  return tf.tensor4d(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()), shape);
}
