import type * as tf from '@tensorflow/tfjs';
import { encodeOnnx, writeFileAtomic } from '../../io/index.js';
import { vitDefinition } from '../vit.js';
import { vitGraph, type OnnxWeights } from './vit-graph.js';

/**
 * Writes a model as an ONNX file (operator set 17) for any runtime: `images` `[batch, inChans, imgSize, imgSize]`, normalised, to
 * `logits` `[batch, numClasses]`. It computes what the model evaluates to, activations binarized by comparisons; ONNX has no 1-bit
 * products, so that such a file is a way to other runtimes and not one to speed.
 *
 * @param weights `float`: binary weights folded to ±scale; `int8`: as ±1 in 8 bits with a DequantizeLinear, a quarter of the size
 * @throws TypeError when the model is not one from `buildVit`
 * @throws Error when an activation's scale has not met a batch yet, or the file cannot be written
 */
export function exportOnnx(model: tf.LayersModel, path: string, weights: OnnxWeights = 'float'): void {
  const { config, plan } = vitDefinition(model);
  writeFileAtomic(path, encodeOnnx(vitGraph(model, weights), { 'binvit.config': JSON.stringify(config), 'binvit.plan': JSON.stringify(plan) }));
}
