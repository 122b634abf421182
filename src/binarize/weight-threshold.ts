import * as tf from '@tensorflow/tfjs';
import { binarySign } from '../ops/index.js';
import type { BinarizeContext } from './context.js';
import type { WeightThresholdSpec } from './spec.js';
import { stopGradient } from './gradient.js';

/**
 * V, what the sign is taken of and the estimator is evaluated at, differentiable in the latent weight W; formulas at
 * {@link WeightThresholdSpec}. The two thresholds that change the pattern but not V (`dead-zone`, `stochastic`) return W.
 *
 * @param latent W, `[in, out]`
 * @returns V, `[in, out]`
 */
export function thresholded(latent: tf.Tensor2D, spec: WeightThresholdSpec): tf.Tensor2D {
  switch (spec.name) {
    case 'mean': {
      const mean = meanOf(latent, spec.per);
      return tf.sub(latent, spec.gradient === 'exact' ? mean : stopGradient(mean));
    }
    case 'standardize': {
      const centred = tf.sub(latent, meanOf(latent, 'channel'));
      const variance = tf.div(tf.sum(tf.square(centred), 0, true), Math.max(latent.shape[0] - 1, 1));
      return tf.div(tf.mul(centred, spec.gain), tf.sqrt(tf.add(variance, spec.epsilon)));
    }
    default:
      return latent;
  }
}

/**
 * How far each weight is from turning to −1: negative exactly where the pattern is −1 (in evaluation). Far cheaper than the
 * pattern, for those who watch signs at every step.
 *
 * @param latent W, `[in, out]`
 * @returns `[in, out]`, the caller's
 */
export function signMargin(latent: tf.Tensor2D, spec: WeightThresholdSpec): tf.Tensor2D {
  return tf.tidy(() => {
    switch (spec.name) {
      case 'mean':
        return tf.sub(latent, meanOf(latent, spec.per));
      case 'standardize':
        return tf.sub(latent, meanOf(latent, 'channel'));
      case 'dead-zone':
        return tf.add(latent, deadZoneEdge(tf.abs(latent), spec));
      default:
        return latent.clone();
    }
  });
}

function deadZoneEdge(size: tf.Tensor2D, spec: Extract<WeightThresholdSpec, { name: 'dead-zone' }>): tf.Tensor {
  return tf.mul(meanOf(size, spec.per), spec.factor);
}

/** `[1, out]` or `[1, 1]`. */
function meanOf(x: tf.Tensor2D, per: 'channel' | 'tensor'): tf.Tensor {
  return tf.mean(x, per === 'channel' ? 0 : undefined, true);
}

/**
 * The pattern B that the weight is reduced to, without gradient: {−1, 1}, or {−1, 0, 1} with a dead zone.
 *
 * @param signed V, `[in, out]`
 * @returns B, `[in, out]`
 * @throws NonFiniteError that names the site when V holds NaN or an infinity
 * @throws RangeError when a stochastic pattern is asked for in training without a generator
 */
export function binaryPattern(signed: tf.Tensor2D, spec: WeightThresholdSpec, context: BinarizeContext, label: string): tf.Tensor2D {
  const sign = (x: tf.Tensor): tf.Tensor2D => binarySign(stopGradient(x), { name: 'identity' }, label) as tf.Tensor2D;
  switch (spec.name) {
    case 'dead-zone': {
      const size = tf.abs(signed);
      // sign is +1 at 0, so a weight exactly at the edge falls into the dead zone, as rounding half to even has it.
      const kept = tf.mul(tf.sub(1, sign(tf.sub(deadZoneEdge(size, spec), size))), 0.5);
      return tf.mul(kept, sign(signed));
    }
    case 'stochastic': {
      if (!context.training) return sign(signed);
      const { random } = context;
      if (random === undefined) throw new RangeError(`${label}: expected a generator in context.random for stochastic weights, found none`);
      // u uniform in [−1, 1): W ≥ u has probability clamp((W + 1)/2, 0, 1).
      const uniform = Float32Array.from({ length: signed.size }, () => 2 * random.uniform() - 1);
      return sign(tf.sub(signed, tf.tensor2d(uniform, signed.shape)));
    }
    default:
      return sign(signed);
  }
}
