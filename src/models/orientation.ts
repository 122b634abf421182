import * as tf from '@tensorflow/tfjs';
import type { VitParameter } from '../layers/index.js';
import type { VitConfig } from './config.js';

/** What the orientation of a patch projection depends on. */
type PatchShape = Pick<VitConfig, 'patchSize' | 'inChans'>;

/**
 * Shape of a parameter in timm: linear weights `[out, in]`, the patch projection as a convolution `[out, channel, row, column]`,
 * everything else as here.
 */
export function timmShape({ name, role, variable }: VitParameter, { patchSize, inChans }: PatchShape): number[] {
  if (!isMatrix(role)) return variable.shape;
  const [inputs, outputs] = variable.shape as [number, number];
  return name === patchWeight ? [outputs, inChans, patchSize, patchSize] : [outputs, inputs];
}

/** timm's tensor of a parameter, in {@link timmShape}, turned to the parameter's own shape; the caller owns it. */
export function fromTimm(values: tf.Tensor, { name, role, variable }: VitParameter): tf.Tensor {
  if (!isMatrix(role)) return tf.clone(values);
  // A patch is flattened by row, column and channel.
  return tf.tidy(() => tf.reshape(tf.transpose(values, name === patchWeight ? [2, 3, 1, 0] : [1, 0]), variable.shape));
}

/** The inverse of {@link fromTimm}; the caller owns the result. */
export function toTimm({ name, role, variable }: VitParameter, { patchSize, inChans }: PatchShape): tf.Tensor {
  if (!isMatrix(role)) return tf.clone(variable);
  if (name !== patchWeight) return tf.transpose(variable);
  return tf.tidy(() => tf.transpose(tf.reshape(variable, [patchSize, patchSize, inChans, variable.shape[1]!]), [3, 2, 0, 1]));
}

/** Whether timm has the parameter; the others belong to a plan's binarizers. */
export function isTimmParameter({ role }: VitParameter): boolean {
  return role !== 'scale' && role !== 'shift';
}

const patchWeight = 'patch_embed.proj.weight';

function isMatrix(role: VitParameter['role']): boolean {
  return role === 'weight' || role === 'latent';
}
