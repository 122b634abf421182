import type { LayersModel } from '@tensorflow/tfjs';
import { Random, useBackend } from '../backend/index.js';
import { importVit } from '../models/index.js';
import { isForeignModel, loadModel } from '../training/index.js';

/** A model for views that only read its weights: of a run's folder, a model or checkpoint file, or weights of timm or Hugging Face. */
export async function modelWeights(path: string): Promise<LayersModel> {
  await useBackend();
  // Nothing is drawn: the head is the file's own.
  return isForeignModel(path) ? importVit(path, { random: Random.seeded(1) }).model : loadModel(path);
}
