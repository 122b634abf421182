import * as tf from '@tensorflow/tfjs';
import { BinaryDense } from './binary-dense.js';
import type { SiteBinding } from './column-groups.js';
import { VitLayer, type CallContext } from './vit-layer.js';

export interface PatchEmbeddingConfig {
  readonly name: string;
  readonly imgSize: number;
  readonly patchSize: number;
  readonly inChans: number;
  readonly dim: number;
  readonly proj: SiteBinding;
}

/**
 * Cuts the image into patches and projects each: the strided convolution of the paper as one matrix product, whose
 * gradient every backend has. A patch is flattened row by row, pixel by pixel, channel by channel.
 */
export class PatchEmbedding extends VitLayer<PatchEmbeddingConfig> {
  static readonly className = 'BinvitPatchEmbedding';
  readonly #proj: BinaryDense;

  constructor(config: PatchEmbeddingConfig) {
    super(config);
    const { name, patchSize, inChans, dim: units, proj } = config;
    this.#proj = this.addLayer(
      new BinaryDense({ name: `${name}.proj`, inputDim: patchSize ** 2 * inChans, units, useBias: true, sites: [proj] }));
  }

  /** `[batch, imgSize, imgSize, inChans]` to `[batch, patches, dim]`, patches in row-major order. */
  override forward(images: tf.Tensor, context: CallContext): tf.Tensor {
    const { patchSize: patch, inChans } = this.config;
    const side = this.#side;
    const rows = tf.reshape(images, [-1, patch, side, patch * inChans]);
    const patches = tf.reshape(tf.transpose(rows, [0, 2, 1, 3]), [-1, side * side, patch * patch * inChans]);
    return this.#proj.forward(patches, context);
  }

  override computeOutputShape(): tf.Shape {
    return [null, this.#side ** 2, this.config.dim];
  }

  get #side(): number {
    return this.config.imgSize / this.config.patchSize;
  }
}

tf.serialization.registerClass(PatchEmbedding);
