import type * as tf from '@tensorflow/tfjs';
import type { BinarizedWeight, Site } from '../binarize/index.js';
import { blockOf, type BinaryColumns } from '../layers/index.js';
import { binaryDenseLayers } from './vit.js';

/** A binarized weight matrix in its four views. Every returned tensor is the caller's. */
export interface BinaryLayer {
  /** 'blocks.0.attn.qkv', or 'blocks.0.attn.q' where q, k and v are binarized apart. */
  readonly name: string;
  readonly site: Site | 'qkv';
  /** Encoder block, from 0; null for patch embedding and head. */
  readonly block: number | null;
  /** `[in, out]`, the float weight that training updates. */
  latent(): tf.Tensor2D;
  /** `[in, out]`, levels -1 and 1 (and 0 for ternary methods). */
  binary(): tf.Tensor2D;
  /** Scaling factors, `[1, 1]`, `[1, out]` or, per group of inputs, `[in, out]`. */
  scale(): tf.Tensor;
  /** `[in, out]`, exactly scale times binary. */
  effective(): tf.Tensor2D;
}

/** The weight matrices that the model's plan binarizes, in the order of computation. */
export function binaryLayers(model: tf.LayersModel): BinaryLayer[] {
  return binaryDenseLayers(model).flatMap(layer => layer.binaryColumns()).map(binaryLayer);
}

function binaryLayer({ group, latent, binarized }: BinaryColumns): BinaryLayer {
  const view = (name: keyof BinarizedWeight): tf.Tensor2D => {
    const views = binarized();
    for (const other of ['binary', 'scale', 'effective'] as const) if (other !== name) views[other].dispose();
    return views[name];
  };
  return {
    name: group.name,
    site: group.sites.length === 1 ? group.sites[0]! : 'qkv',
    block: blockOf(group.name),
    latent,
    binary: () => view('binary'),
    scale: () => view('scale'),
    effective: () => view('effective'),
  };
}
