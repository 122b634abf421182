import * as tf from '@tensorflow/tfjs';
import { signMargin, type BinarizedWeight, type Site } from '../binarize/index.js';
import { blockOf, type WeightColumns } from '../layers/index.js';
import { packSigns, type LayerSigns } from './layer-signs.js';
import { binaryDenseLayers } from './vit.js';

/** A weight matrix of a linear layer. Every returned tensor is the caller's. */
export interface LinearLayer {
  /** 'blocks.0.attn.qkv', or 'blocks.0.attn.q' where q, k and v are binarized apart. */
  readonly name: string;
  readonly site: Site | 'qkv';
  /** Encoder block, from 0; null for patch embedding and head. */
  readonly block: number | null;
  /** `[in, out]`, the float weight that training updates. */
  latent(): tf.Tensor2D;
}

/** A binarized weight matrix in its four views. */
export interface BinaryLayer extends LinearLayer {
  /** `[in, out]`, levels -1 and 1 (and 0 for ternary methods). */
  binary(): tf.Tensor2D;
  /** Scaling factors, `[1, 1]`, `[1, out]` or, per group of inputs, `[in, out]`. */
  scale(): tf.Tensor;
  /** `[in, out]`, exactly scale times binary. */
  effective(): tf.Tensor2D;
  /** Signs of `binary`, one bit each (for ternary methods a 0 counts as +1). */
  signs(): LayerSigns;
}

/** The weight matrices of all linear layers, float ones included, in the order of computation. */
export function linearLayers(model: tf.LayersModel): (LinearLayer | BinaryLayer)[] {
  return binaryDenseLayers(model).flatMap(layer => layer.weightColumns()).map(columns => {
    const { binarized } = columns;
    return binarized === null ? linearLayer(columns) : { ...linearLayer(columns), ...views(binarized), signs: () => packedSigns(columns) };
  });
}

/** The weight matrices that the model's plan binarizes, in the order of computation. */
export function binaryLayers(model: tf.LayersModel): BinaryLayer[] {
  return linearLayers(model).filter(isBinary);
}

export function isBinary(layer: LinearLayer | BinaryLayer): layer is BinaryLayer {
  return 'binary' in layer;
}

function linearLayer({ group, latent }: WeightColumns): LinearLayer {
  return { name: group.name, site: group.sites.length === 1 ? group.sites[0]! : 'qkv', block: blockOf(group.name), latent };
}

function packedSigns({ group, latent }: WeightColumns): LayerSigns {
  const margin = tf.tidy(() => signMargin(latent(), group.weight!.threshold));
  const found = { name: group.name, shape: margin.shape, signs: packSigns(margin.dataSync<'float32'>()) };
  margin.dispose();
  return found;
}

function views(binarized: () => BinarizedWeight): Pick<BinaryLayer, 'binary' | 'scale' | 'effective'> {
  const view = (name: keyof BinarizedWeight): tf.Tensor2D => {
    const all = binarized();
    for (const other of ['binary', 'scale', 'effective'] as const) if (other !== name) all[other].dispose();
    return all[name];
  };
  return { binary: () => view('binary'), scale: () => view('scale'), effective: () => view('effective') };
}
