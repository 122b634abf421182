import type * as tf from '@tensorflow/tfjs';
import { writeSafetensors, type SafetensorsTensor } from '../io/index.js';
import { isTimmParameter, toTimm } from './orientation.js';
import { timmShapes } from './timm-shapes.js';
import { vitDefinition, vitParameters } from './vit.js';

/**
 * Writes a model's weights as a safetensors file in timm's names and orientation, float32; what {@link importVit} read from
 * such a file comes back bit for bit. Of a binary model these are the latent weights: timm has no place for scales and shifts.
 *
 * @returns names of the parameters of the plan's binarizers, which are not in the file
 * @throws TypeError when the model is not one from `buildVit`
 */
export function exportTimm(model: tf.LayersModel, path: string): string[] {
  const { config } = vitDefinition(model);
  const shapes = timmShapes(config);
  const parameters = vitParameters(model);
  const tensors = parameters.filter(isTimmParameter).map((parameter): [string, SafetensorsTensor] => {
    const data = toTimm(parameter.variable.dataSync<'float32'>(), parameter, config);
    return [parameter.name, { dtype: 'F32', shape: shapes.get(parameter.name)!, data }];
  });
  // The entry by which timm and transformers know that the tensors are PyTorch's.
  writeSafetensors(path, new Map(tensors), { format: 'pt' });
  return parameters.filter(parameter => !isTimmParameter(parameter)).map(({ name }) => name);
}
