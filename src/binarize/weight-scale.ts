import * as tf from '@tensorflow/tfjs';
import { binarySign } from '../ops/index.js';
import { stopGradient, withGradient } from './gradient.js';
import type { ScaleGranularity, WeightScaleSpec } from './spec.js';

/**
 * Least-squares scaling factor of ‖V − α·B‖² for each block of weights: α = ⟨V, B⟩/⟨B, B⟩. It is mean|V| when
 * B = sign(V) (XNOR-Net, arXiv 1603.05279, eq. 6) and the mean of what is kept when B is ternary (TWN, arXiv 1605.04711).
 * Differentiable in V; B is a constant. A block that keeps nothing has α = 0.
 *
 * @param values V, `[in, out]`
 * @param pattern B, `[in, out]`, with levels −1, 0, 1
 * @returns `[1, 1]` per tensor, `[1, out]` per channel, `[in, out]` per group (every weight with its group's factor)
 * @throws RangeError when the group size does not divide the number of inputs
 */
export function leastSquaresScale(values: tf.Tensor2D, pattern: tf.Tensor2D, per: ScaleGranularity): tf.Tensor2D {
  return tf.tidy(() => {
    const constant = stopGradient(pattern);
    const ratio = (v: tf.Tensor, b: tf.Tensor, axes: number[]): tf.Tensor =>
      tf.div(tf.sum(tf.mul(v, b), axes, true), tf.maximum(tf.sum(tf.square(b), axes, true), 1));
    if (per === 'tensor') return ratio(values, constant, [0, 1]) as tf.Tensor2D;
    if (per === 'channel') return ratio(values, constant, [0]) as tf.Tensor2D;
    const [inputs, outputs] = values.shape;
    const groups = inputs / per.groupSize;
    if (!Number.isInteger(groups)) {
      throw new RangeError(`scale.per.groupSize: expected a divisor of the ${inputs} inputs, found ${per.groupSize}`);
    }
    const shape: [number, number, number] = [groups, per.groupSize, outputs];
    const perGroup = ratio(tf.reshape(values, shape), tf.reshape(constant, shape), [1]);
    return tf.reshape(tf.mul(perGroup, tf.ones(shape)), [inputs, outputs]);
  });
}

/**
 * Power-of-two factor of IR-Net's Libra-PB: 2^round(log2 mean|V|) per output; 0 for an output whose V is 0. No gradient.
 *
 * @param values V, `[in, out]`
 * @returns `[1, out]`
 * @see Qin et al. 2020, arXiv 1909.10788
 */
export function powerOfTwoScale(values: tf.Tensor2D): tf.Tensor2D {
  const factor = (): tf.Tensor => {
    const mean = tf.mean(tf.abs(values), 0, true);
    const isZero = tf.equal(mean, 0);
    const exponent = tf.round(tf.div(tf.log(tf.where(isZero, tf.onesLike(mean), mean)), Math.LN2));
    return tf.where(isZero, tf.zerosLike(mean), tf.pow(2, exponent));
  };
  return tf.tidy(() => withGradient([values], factor, [], () => [tf.zerosLike(values)])) as tf.Tensor2D;
}

/**
 * The scaling factor that a spec asks for, differentiable in W (and in `learned`).
 *
 * @param latent W, `[in, out]`
 * @param signed V, `[in, out]`
 * @param pattern B, `[in, out]`
 * @param learned the trained factor, for scale 'learned'
 * @returns a matrix that broadcasts to `[in, out]`
 */
export function weightScale(
  spec: WeightScaleSpec, latent: tf.Tensor2D, signed: tf.Tensor2D, pattern: tf.Tensor2D, learned: tf.Tensor | undefined, label: string,
): tf.Tensor2D {
  switch (spec.name) {
    case 'none':
      return tf.ones([1, 1]);
    case 'mean-abs':
      return spec.of === 'signed'
        ? leastSquaresScale(signed, pattern, spec.per)
        : leastSquaresScale(latent, binarySign(stopGradient(latent), { name: 'identity' }, label) as tf.Tensor2D, spec.per);
    case 'learned':
      if (learned === undefined) throw new RangeError(`${label}: expected the parameter 'alpha' for a learned scale, found none`);
      return learned as tf.Tensor2D;
    case 'power-of-two':
      return powerOfTwoScale(signed);
  }
}
