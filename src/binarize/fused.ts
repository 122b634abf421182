import type { BinaryDenseOptions, SignEstimator } from '../ops/index.js';
import { signEstimator } from './estimator.js';
import type { InputBinarizerSpec, WeightBinarizerSpec } from './spec.js';

/**
 * Options for `binaryDense` of the ops when it computes exactly what this pair of binarizers means: thresholds at zero, a
 * scale per tensor or channel (or none) with exact or detached gradient, and an input that is float or a plain sign.
 *
 * @param progress share of the training that is done, 0 to 1
 * @returns null when the pair needs {@link binarizeWeight} and {@link binarizeInput}
 */
export function fusedOptions(weight: WeightBinarizerSpec | null, input: InputBinarizerSpec | null, progress: number): BinaryDenseOptions | null {
  if (weight === null || weight.threshold.name !== 'zero') return null;
  const weightEstimator = signEstimator(weight.estimator, progress);
  const scale = fusedScale(weight);
  const inputEstimator = input === null ? null : plainSign(input, progress);
  if (weightEstimator === null || scale === null || inputEstimator === undefined) return null;
  return { input: inputEstimator, weight: weightEstimator, ...scale };
}

function fusedScale({ scale }: WeightBinarizerSpec): Pick<BinaryDenseOptions, 'scale' | 'scaleGradient'> | null {
  if (scale.name === 'none') return { scale: 'none', scaleGradient: 'detached' };
  // With a threshold at zero, what is signed is the latent weight itself: `of` makes no difference.
  if (scale.name !== 'mean-abs' || typeof scale.per === 'object') return null;
  if (scale.gradient !== 'exact' && scale.gradient !== 'detached') return null;
  return { scale: scale.per, scaleGradient: scale.gradient };
}

/** The estimator of an input that is a plain sign, undefined for any other input. */
function plainSign({ levels, scale, threshold, estimator }: InputBinarizerSpec, progress: number): SignEstimator | undefined {
  const isPlain = levels === 'signed' && scale.name === 'none' && threshold.name === 'fixed';
  return isPlain ? (signEstimator(estimator, progress) ?? undefined) : undefined;
}
