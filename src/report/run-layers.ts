import * as tf from '@tensorflow/tfjs';
import { useBackend } from '../backend/index.js';
import type { LayerWeights } from '../figures/index.js';
import { binaryLayers } from '../models/index.js';
import { loadModel } from '../training/index.js';

/**
 * Latent weights and scaling factors of the binary layers of a finished run. The model is read on the cpu backend; what
 * was active before is active again afterwards.
 *
 * @param dir folder of the run
 * @throws Error when its model is missing or damaged
 */
export async function runLayers(dir: string): Promise<LayerWeights[]> {
  const active = tf.getBackend() as string | undefined;
  await useBackend('cpu');
  const model = loadModel(dir);
  try {
    return binaryLayers(model).map(layer => tf.tidy(() => ({
      layer: layer.name, latent: layer.latent().dataSync(), scales: layer.scale().dataSync(),
    })));
  } finally {
    model.dispose();
    if (active) await tf.setBackend(active);
  }
}
