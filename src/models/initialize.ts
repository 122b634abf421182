import * as tf from '@tensorflow/tfjs';
import type { Random } from '../backend/index.js';
import type { VitParameter } from '../layers/index.js';
import { binaryDenseLayers, vitParameters } from './vit.js';

/**
 * Draws the initial weights: weight matrices, tokens and positions from truncated normals (see {@link deviation}); the
 * constants (norms, biases, shifts) are set at construction, and learned scales start from the latent weight. Each
 * parameter has a generator of its own, forked by name, so a plan's additional parameters change no draw.
 */
export function initializeVit(model: tf.LayersModel, random: Random): void {
  for (const parameter of vitParameters(model)) drawParameter(parameter, random);
  startScales(model);
}

/** Draws one parameter, if it is one that is drawn. */
export function drawParameter(parameter: VitParameter, random: Random): void {
  const standardDeviation = deviation(parameter);
  if (standardDeviation === null) return;
  const { variable, name } = parameter;
  const generator = random.fork(name);
  const values = Float32Array.from({ length: variable.size }, () => generator.truncatedNormal(standardDeviation));
  tf.tidy(() => {
    variable.assign(tf.tensor(values, variable.shape));
  });
}

/** Sets learned scales to what the latent weights ask for. */
export function startScales(model: tf.LayersModel): void {
  for (const layer of binaryDenseLayers(model)) layer.startScales();
}

/**
 * Standard deviation of the normal before it is cut at twice that; null for what is not drawn. Tokens and positions: 0.02,
 * as timm. Weight matrices: 1/sqrt(3 inputs), that of PyTorch's default linear layer, since timm's 0.02 is meant for widths
 * of several hundred. On MNIST (`vit_nano`, 400 steps, one seed) it gave 94.7 % in float, 0.02 gave 94.0 and 1/sqrt(inputs)
 * 94.5; fully binary by `xnor-net` 76.1, 74.1 and 78.4, by `bwn` 90.9, 91.3 and 90.1.
 */
function deviation({ role, variable }: VitParameter): number | null {
  if (role === 'token' || role === 'position') return 0.02;
  return role === 'weight' || role === 'latent' ? 1 / Math.sqrt(3 * variable.shape[0]) : null;
}
