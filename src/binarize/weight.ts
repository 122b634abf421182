import * as tf from '@tensorflow/tfjs';
import type { BinarizeContext, DeclaredParameter } from './context.js';
import { estimatorFactor } from './estimator.js';
import { sumToShape, withGradient } from './gradient.js';
import type { ScaleGradient, WeightBinarizerSpec } from './spec.js';
import { leastSquaresScale, weightScale } from './weight-scale.js';
import { binaryPattern, thresholded } from './weight-threshold.js';

/** A weight in its three views; the caller owns all three tensors. */
export interface BinarizedWeight {
  /** `[in, out]`, exactly scale · binary; gradients flow from here to the latent weight and to the parameters. */
  readonly effective: tf.Tensor2D;
  /** `[in, out]` with levels −1 and 1, or −1, 0, 1 when ternary. */
  readonly binary: tf.Tensor2D;
  /** `[1, 1]`, `[1, out]` or, per group of inputs, `[in, out]`. */
  readonly scale: tf.Tensor2D;
}

/**
 * Parameters of a weight binarizer: `alpha` for a learned scale, `[1, 1]` or `[1, out]`, which starts at mean|W| over the
 * weights that share it (arXiv 1909.13863).
 *
 * @param shape shape of the weight, `[in, out]`
 */
export function weightParameters(spec: WeightBinarizerSpec, shape: readonly [number, number]): DeclaredParameter[] {
  if (spec.scale.name !== 'learned') return [];
  const { per } = spec.scale;
  const initial = (source: tf.Tensor | null): tf.Tensor => {
    if (source === null) throw new RangeError('alpha: expected the latent weight to start from, found null');
    return tf.tidy(() => leastSquaresScale(tf.abs(source as tf.Tensor2D), tf.onesLike(source) as tf.Tensor2D, per));
  };
  return [{ name: 'alpha', shape: per === 'channel' ? [1, shape[1]] : [1, 1], trainable: true, decay: false, initial }];
}

/**
 * Binarizes a weight: V = threshold(W), B = sign(V), effective = α·B with a factor α of the spec. The gradient of W is
 * the one that the scale's `gradient` names (see {@link ScaleGradient}), pushed through the threshold; the gradient of a
 * learned α is Σ g·B over the weights that share it.
 *
 * @param latent W, `[in, out]`
 * @param parameters those of {@link weightParameters}, by name
 * @throws NonFiniteError naming the site and 'weight' when W holds NaN or an infinity (in a learned factor they stay
 *   visible: α·B is then not finite either)
 * @throws RangeError when a parameter or generator is missing, or a group size does not divide the inputs
 */
export function binarizeWeight(
  spec: WeightBinarizerSpec, latent: tf.Tensor2D, parameters: Readonly<Record<string, tf.Tensor>>, context: BinarizeContext,
): BinarizedWeight {
  const label = `${context.label} weight`;
  const [effective, binary, scale] = tf.tidy(() => {
    const signed = thresholded(latent, spec.threshold);
    const pattern = binaryPattern(signed, spec.threshold, context, label);
    const factor = weightScale(spec.scale, latent, signed, pattern, parameters.alpha, label);
    return [scaledPattern(signed, factor, pattern, spec, context.progress), pattern, tf.clone(factor)];
  }) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  return { effective, binary, scale };
}

/** α·B with the gradients of {@link ScaleGradient}; n of the `paper` rule is the number of weights that share a factor. */
function scaledPattern(
  signed: tf.Tensor2D, scale: tf.Tensor2D, pattern: tf.Tensor2D, spec: WeightBinarizerSpec, progress: number,
): tf.Tensor {
  const gradient = scaleGradient(spec);
  return withGradient([signed, scale], () => tf.mul(scale, pattern), [signed, scale, pattern], (g, [v, alpha, b]) => {
    const through = tf.mul(g, estimatorFactor(v!, spec.estimator, progress));
    const scaled = gradient === 'straight-through' ? through : tf.mul(through, alpha!);
    return [
      gradient === 'paper' ? tf.add(scaled, tf.div(g, weightsPerFactor(spec, signed.shape))) : scaled,
      gradient === 'exact' ? sumToShape(tf.mul(g, b!), alpha!.shape) : tf.zerosLike(alpha!),
    ];
  });
}

function scaleGradient({ scale }: WeightBinarizerSpec): ScaleGradient {
  if (scale.name === 'mean-abs') return scale.gradient;
  return scale.name === 'learned' ? 'exact' : 'detached';
}

function weightsPerFactor({ scale }: WeightBinarizerSpec, [inputs, outputs]: readonly [number, number]): number {
  if (scale.name !== 'mean-abs' || scale.per === 'channel') return inputs;
  return scale.per === 'tensor' ? inputs * outputs : scale.per.groupSize;
}
