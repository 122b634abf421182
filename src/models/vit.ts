import * as tf from '@tensorflow/tfjs';
import type { BinarizationPlan } from '../binarize/index.js';
import { BinaryDense, InputBinarizer, VitLayer, type CallContext, type VitParameter } from '../layers/index.js';
import type { VitConfig } from './config.js';

/**
 * Parameters of a ViT in the order of computation, under timm's names; names and order depend on structure alone.
 *
 * @throws TypeError when the model has a layer that is none of ours
 */
export function vitParameters(model: tf.LayersModel): VitParameter[] {
  return vitLayersOf(model).flatMap(layer => layer.parameters);
}

/**
 * Shape and plan that a model was built from.
 *
 * @throws TypeError when the model is not one from `buildVit`
 */
export function vitDefinition(model: tf.LayersModel): { readonly config: VitConfig; readonly plan: BinarizationPlan } {
  // Undefined, whatever tfjs declares, for a model that has none.
  const metadata = model.getUserDefinedMetadata() as { config?: VitConfig; plan?: BinarizationPlan } | undefined;
  const { config, plan } = metadata ?? {};
  if (config === undefined || plan === undefined) throw new TypeError(`model "${model.name}": expected one from buildVit, found none of its metadata`);
  return { config, plan };
}

/**
 * Tells annealed gradient estimators (`ede`) how much of the training is done.
 *
 * @param progress 0 to 1
 */
export function setProgress(model: tf.LayersModel, progress: number): void {
  for (const layer of vitLayersOf(model)) layer.setProgress(progress);
}

/**
 * The model as a plain function, without the bookkeeping of `predict`; with `training: false` it computes the same.
 *
 * @param images `[batch, imgSize, imgSize, inChans]`
 * @param context `random` is needed in training by drop path and by stochastic binarization
 * @returns logits `[batch, numClasses]`, owned by the caller
 */
export function forward(model: tf.LayersModel, images: tf.Tensor4D, context: CallContext): tf.Tensor2D {
  return tf.tidy(() => vitLayersOf(model).reduce<tf.Tensor>((x, layer) => layer.forward(x, context), images)) as tf.Tensor2D;
}

/** Every dense layer of a ViT, float ones included, in the order of computation. */
export function binaryDenseLayers(model: tf.LayersModel): BinaryDense[] {
  return vitLayersOf(model).flatMap(layer => layer.find(BinaryDense));
}

/** Every binarizer of an activation: `blocks.0.mlp.fc1.input` of a dense layer, `blocks.0.attn.query` of attention's products. */
export function inputBinarizers(model: tf.LayersModel): InputBinarizer[] {
  return vitLayersOf(model).flatMap(layer => layer.find(InputBinarizer));
}

/**
 * The layers of a ViT in the order of computation; each one's `forward` takes what the one before gives.
 *
 * @throws TypeError when the model has a layer that is none of ours
 */
export function vitLayersOf(model: tf.LayersModel): VitLayer[] {
  const layers = model.layers.filter(layer => layer.getClassName() !== 'InputLayer');
  return layers.map((layer): VitLayer => {
    if (layer instanceof VitLayer) return layer as VitLayer;
    throw new TypeError(`layer "${layer.name}": expected a model from buildVit, found a ${layer.getClassName()}`);
  });
}
