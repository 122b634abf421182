import type * as tf from '@tensorflow/tfjs';
import { fusedKernels } from '../backend/index.js';
import { hasFused, runFused } from './fused.js';

/**
 * Global norm of a list of gradients, sqrt(Σ g²), accumulated in float64 (Pascanu et al. 2013, arXiv 1211.5063). A NaN or an
 * infinity comes through.
 */
export function globalNorm(gradients: readonly tf.Tensor[]): number {
  if (hasFused(fusedKernels.globalNorm)) {
    const [norm] = runFused(
      fusedKernels.globalNorm, Object.fromEntries(gradients.map((gradient, i) => [`gradient${i}`, gradient])), { rows: gradients.length });
    const [value] = norm!.dataSync();
    norm!.dispose();
    return value!;
  }
  let sum = 0;
  for (const gradient of gradients) for (const value of gradient.dataSync()) sum += value * value;
  return Math.fround(Math.sqrt(sum));
}
