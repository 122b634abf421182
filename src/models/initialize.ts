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
  for (const parameter of vitParameters(model)) {
    const standardDeviation = deviation(parameter);
    if (standardDeviation === null) continue;
    const { variable, name } = parameter;
    const generator = random.fork(name);
    const values = Float32Array.from({ length: variable.size }, () => generator.truncatedNormal(standardDeviation));
    tf.tidy(() => {
      variable.assign(tf.tensor(values, variable.shape));
    });
  }
  for (const layer of binaryDenseLayers(model)) layer.startScales();
}

/**
 * Standard deviation of the normal before it is cut at twice that. Tokens and positions: 0.02, as timm. Weight matrices:
 * 1/sqrt(3 inputs), the variance of PyTorch's default linear layer; timm's 0.02 fits widths of several hundred and lets
 * the signal of a model of width 64 fade. Null for what is not drawn.
 */
function deviation({ role, variable }: VitParameter): number | null {
  if (role === 'token' || role === 'position') return 0.02;
  return role === 'weight' || role === 'latent' ? 1 / Math.sqrt(3 * variable.shape[0]) : null;
}
