import * as tf from '@tensorflow/tfjs';
import type { Site } from '../binarize/index.js';
import { binaryLayers, type BinaryLayer } from '../models/index.js';

/** Scaling factors of one binary layer beside the best ones for its signs. */
export interface ScaleFit {
  /** 'blocks.0.attn.qkv'. */
  readonly name: string;
  readonly site: Site | 'qkv';
  /** Encoder block, from 0; null for patch embedding and head. */
  readonly block: number | null;
  /** α_j of each output (its mean over the inputs, where groups of inputs have one each), in the weights' units. */
  readonly scales: readonly number[];
  /** α*_j = ⟨W_j, B_j⟩ / ⟨B_j, B_j⟩, which minimises ‖W_j − α_j B_j‖²; mean_i |W_ij| where B = sign(W). */
  readonly optima: readonly number[];
}

/**
 * Scaling factors against the least-squares optimum, layer by layer: XNOR-Net's factor is that optimum (Rastegari et al. 2016,
 * arXiv 1603.05279, eq. 6), a learned one need not be, and without scaling α is 1.
 *
 * @returns one entry a binary layer in the order of computation; empty for a float model
 * @throws NonFiniteError when a latent weight is NaN or infinite
 */
export function scaleFits(model: tf.LayersModel): ScaleFit[] {
  const fits: ScaleFit[] = [];
  for (const layer of binaryLayers(model)) tf.tidy(() => { fits.push(scaleFit(layer)); });
  return fits;
}

function scaleFit(layer: BinaryLayer): ScaleFit {
  const latent = layer.latent();
  const binary = layer.binary();
  const scale = layer.scale();
  const perOutput = (matrix: tf.Tensor): number[] => [...matrix.dataSync()];
  const optima = tf.div(tf.sum(tf.mul(latent, binary), 0), tf.maximum(tf.sum(tf.square(binary), 0), 1));
  return {
    name: layer.name, site: layer.site, block: layer.block,
    scales: perOutput(tf.mean(tf.broadcastTo(scale, latent.shape), 0)),
    optima: perOutput(optima),
  };
}
