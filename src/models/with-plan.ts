import * as tf from '@tensorflow/tfjs';
import type { BinarizationPlan } from '../binarize/index.js';
import { assembleVit } from './build.js';
import { startScales } from './initialize.js';
import { vitDefinition, vitParameters } from './vit.js';

/**
 * The same weights under another plan: every parameter that both models have is copied, learned scales that only the new one has start
 * from its latent weights, and other learned factors and shifts from where training starts them.
 *
 * @returns a new model on the active backend, owned by the caller
 * @throws TypeError when the model is not one from `buildVit`
 */
export function withPlan(model: tf.LayersModel, plan: BinarizationPlan): tf.LayersModel {
  const other = assembleVit(vitDefinition(model).config, plan);
  const source = new Map(vitParameters(model).map(({ name, variable }) => [name, variable]));
  const copy = (): void => {
    for (const { name, variable } of vitParameters(other)) {
      const found = source.get(name);
      if (found?.shape.join() === variable.shape.join()) variable.assign(found);
    }
  };
  copy();
  // Scales start from latent weights; those that were learned come back.
  startScales(other);
  copy();
  return other;
}
