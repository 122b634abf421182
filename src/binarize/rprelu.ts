import * as tf from '@tensorflow/tfjs';
import type { DeclaredParameter } from './context.js';

/** ReActNet's code starts PReLU at torch's default slope. */
const initialSlope = 0.25;

/**
 * Parameters of {@link rprelu}, each `[features]`: `before` and `after` (the shifts, from 0) and `slope` (from 0.25).
 *
 * @param features size of the input's last axis
 */
export function rpreluParameters(features: number): DeclaredParameter[] {
  const parameter = (name: string, value: number): DeclaredParameter =>
    ({ name, shape: [features], trainable: true, decay: false, initial: () => tf.fill([features], value) });
  return [parameter('before', 0), parameter('slope', initialSlope), parameter('after', 0)];
}

/**
 * PReLU with a learned shift before and after it, per channel: with z = x − before,
 * y = z + after where z > 0, slope·z + after elsewhere.
 *
 * @param x `[..., features]`
 * @param parameters those of {@link rpreluParameters}, by name
 * @returns shape of x
 * @throws RangeError when a parameter is missing
 * @see Liu et al. 2020, arXiv 2003.03488
 */
export function rprelu(x: tf.Tensor, parameters: Readonly<Record<string, tf.Tensor>>): tf.Tensor {
  const { before, slope, after } = parameters;
  if (before === undefined || slope === undefined || after === undefined) {
    throw new RangeError("rprelu: expected the parameters 'before', 'slope' and 'after'");
  }
  return tf.tidy(() => {
    const shifted = tf.sub(x, before);
    return tf.add(tf.sub(tf.relu(shifted), tf.mul(slope, tf.relu(tf.neg(shifted)))), after);
  });
}
