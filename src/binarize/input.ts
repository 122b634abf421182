import * as tf from '@tensorflow/tfjs';
import { binarySign } from '../ops/index.js';
import type { BinarizeContext, DeclaredParameter } from './context.js';
import { elastic, elasticInitial } from './elastic.js';
import { signEstimator } from './estimator.js';
import { stopGradient } from './gradient.js';
import type { InputBinarizerSpec, InputScaleSpec } from './spec.js';
import { unitStep } from './unit-step.js';

/**
 * Parameters of an input binarizer, all trained and none decayed: `shift` `[features]`, from 0, for a learned threshold;
 * `alpha` `[]` for an elastic scale, from its number, or from 0, which means "not yet set from a batch"
 * ({@link initialInputParameters}); `beta` `[tokens, 1]`, from 1, for a learned scale.
 *
 * @param features size of the input's last axis
 */
export function inputParameters(spec: InputBinarizerSpec, features: number): DeclaredParameter[] {
  const parameter = (name: string, shape: number[], value: number): DeclaredParameter =>
    ({ name, shape, trainable: true, decay: false, initial: () => tf.fill(shape, value) });
  const { scale, threshold } = spec;
  return [
    ...(threshold.name === 'learned' ? [parameter('shift', [features], 0)] : []),
    ...(scale.name === 'elastic' ? [parameter('alpha', [], scale.initial === 'first-batch' ? 0 : scale.initial)] : []),
    ...(scale.name === 'learned' ? [parameter('beta', [scale.tokens, 1], 1)] : []),
  ];
}

/**
 * Values for those parameters that start from the first batch: `alpha` of an elastic scale is 2·mean|x| for signed and
 * 4·mean|x| for unsigned levels (BiT, arXiv 2205.13016). The layer assigns them once, when it trains on its first batch
 * and `alpha` is still 0; since the value itself says whether it is set, a checkpoint holds that too.
 *
 * @param x the first batch, `[..., features]`
 * @returns the values by name, owned by the caller; empty when nothing starts from a batch
 */
export function initialInputParameters(spec: InputBinarizerSpec, x: tf.Tensor): Record<string, tf.Tensor> {
  if (spec.scale.name !== 'elastic' || spec.scale.initial !== 'first-batch') return {};
  return { alpha: tf.tidy(() => elasticInitial(x, spec.levels)) };
}

/**
 * Binarizes an activation: scale · B, where B = sign(x + shift) for signed levels, and for unsigned ones B = 1 above the
 * threshold, else 0. The estimator f acts on x + shift (in units of α when elastic); for a step from 0 to 1 at T it is
 * f(x/T − 1), so that `clipped` passes 0 ≤ x ≤ 2T. The gradient of a shift is the sum over batch and tokens.
 *
 * @param x `[..., features]`; `[..., tokens, features]` for a learned scale
 * @param parameters those of {@link inputParameters}, by name
 * @returns shape of x
 * @throws NonFiniteError naming the site and 'input' when x, or a parameter that decides signs, holds NaN or an infinity
 * @throws RangeError when a parameter is missing
 */
export function binarizeInput(
  spec: InputBinarizerSpec, x: tf.Tensor, parameters: Readonly<Record<string, tf.Tensor>>, context: BinarizeContext,
): tf.Tensor {
  return tf.tidy(() => {
    const { levels, factor } = binarizeRows(spec, x, parameters, context);
    return factor === null ? levels : tf.mul(levels, factor);
  });
}

/**
 * The two parts of {@link binarizeInput}: a product of the levels alone is one of integers, exact in any order of its sum, and the
 * factor of a row can be multiplied afterwards. To be called within a tidy, which owns what is made on the way.
 *
 * @returns `levels`, shape of x, with an elastic α in it; `factor`, `[..., tokens, 1]`, or null for 1
 */
export function binarizeRows(
  spec: InputBinarizerSpec, x: tf.Tensor, parameters: Readonly<Record<string, tf.Tensor>>, context: BinarizeContext,
): { readonly levels: tf.Tensor; readonly factor: tf.Tensor | null } {
  const label = `${context.label} input`;
  const parameter = (name: string): tf.Tensor => {
    const tensor = parameters[name];
    if (tensor === undefined) throw new RangeError(`${label}: expected the parameter '${name}', found none`);
    return tensor;
  };
  const estimator = signEstimator(spec.estimator, context.progress);
  if (estimator === null) throw new RangeError(`${label}: expected an estimator for inputs, found '${spec.estimator.name}'`);
  const { levels, scale, threshold } = spec;
  const moved = threshold.name === 'learned' ? tf.add(x, parameter('shift')) : x;
  const edge = threshold.name === 'row-max' ? rowEdge(moved, threshold.fraction) : null;
  if (scale.name === 'elastic') return { levels: elastic(moved, parameter('alpha'), edge, { levels, scale, estimator }, label), factor: null };
  const pattern = levels === 'signed' ? binarySign(moved, estimator, label) : unitStep(moved, edge ?? tf.scalar(0.5), estimator, label);
  return { levels: pattern, factor: rowFactor(pattern, moved, scale, parameter) };
}

/** A share of the row's maximum; above 0, so that a row of zeros has a gradient factor that is a number. */
function rowEdge(x: tf.Tensor, fraction: number): tf.Tensor {
  return stopGradient(tf.maximum(tf.mul(tf.max(x, -1, true), fraction), 1e-30));
}

/** The factor per token; null for 1. */
function rowFactor(pattern: tf.Tensor, moved: tf.Tensor, scale: InputScaleSpec, parameter: (name: string) => tf.Tensor): tf.Tensor | null {
  if (scale.name === 'learned') return parameter('beta');
  if (scale.name !== 'mean-abs') return null;
  const constant = stopGradient(pattern);
  const factor = tf.div(tf.sum(tf.mul(moved, constant), -1, true), tf.maximum(tf.sum(tf.square(constant), -1, true), 1));
  return scale.gradient === 'exact' ? factor : stopGradient(factor);
}
