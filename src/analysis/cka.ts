import * as tf from '@tensorflow/tfjs';
import { EncoderBlock } from '../layers/index.js';
import { vitLayersOf } from '../models/index.js';

/**
 * Linear centred kernel alignment of two representations of the same examples, in [0, 1]: 1 when one is the other, rotated and
 * scaled. `‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖)` in Frobenius norms, with centred columns (Kornblith et al. 2019, arXiv 1905.00414, eq. 3 and
 * section 3).
 *
 * @param x `[examples, features]`
 * @param y `[examples, features of the other]`
 * @returns NaN where a representation is the same for all examples
 */
export function linearCka(x: tf.Tensor2D, y: tf.Tensor2D): number {
  return tf.tidy(() => {
    const [a, b] = [x, y].map(matrix => tf.sub(matrix, tf.mean(matrix, 0, true))) as [tf.Tensor2D, tf.Tensor2D];
    const norm = (left: tf.Tensor2D, right: tf.Tensor2D): number => tf.matMul(left, right, true).norm('euclidean').dataSync()[0]!;
    return norm(b, a) ** 2 / (norm(a, a) * norm(b, b));
  });
}

/** Similarity of what the blocks of two models pass on. */
export interface SimilarityMatrix {
  /** 'blocks.0', ... */
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** `[rows, columns]`, each in [0, 1]. */
  readonly values: readonly (readonly number[])[];
}

/**
 * {@link linearCka} between the output of every block of one model and that of every block of another, over all tokens of
 * all images.
 *
 * @param images `[batch, imgSize, imgSize, inChans]`, normalised; the same for both
 */
export function blockSimilarity(first: tf.LayersModel, second: tf.LayersModel, images: tf.Tensor4D): SimilarityMatrix {
  const [rows, columns] = [blockOutputs(first, images), blockOutputs(second, images)];
  const values = rows.map(({ output: x }) => columns.map(({ output: y }) => linearCka(x, y)));
  tf.dispose([...rows, ...columns].map(({ output }) => output));
  return { rows: rows.map(({ name }) => name), columns: columns.map(({ name }) => name), values };
}

function blockOutputs(model: tf.LayersModel, images: tf.Tensor4D): { name: string; output: tf.Tensor2D }[] {
  const outputs: { name: string; output: tf.Tensor2D }[] = [];
  tf.tidy(() => {
    let x: tf.Tensor = images;
    for (const layer of vitLayersOf(model)) {
      x = layer.forward(x, { training: false });
      if (layer instanceof EncoderBlock) outputs.push({ name: layer.name, output: tf.keep(x.reshape<tf.Tensor2D>([-1, x.shape.at(-1)!])) });
    }
  });
  return outputs;
}
