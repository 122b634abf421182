import * as tf from '@tensorflow/tfjs';
import { toFloat32, type SafetensorsTensor } from '../io/index.js';
import type { VitParameter } from '../models/index.js';

/** Tensors of a file by name. */
export type Tensors = ReadonlyMap<string, SafetensorsTensor>;

/** Every parameter by its name, float32; linear weights are `[in, out]`. */
export function weightTensors(parameters: readonly VitParameter[]): Map<string, SafetensorsTensor> {
  return new Map(parameters.map(({ name, variable }) => [name, float32(variable.shape, variable.dataSync<'float32'>())]));
}

/** A float32 entry of a safetensors file. */
export function float32(shape: readonly number[], data: Float32Array): SafetensorsTensor {
  return { dtype: 'F32', shape: [...shape], data };
}

/** Name of an optimizer's running average of a parameter in a checkpoint. */
export const slotTensor = (slot: string, parameter: string): string => `optimizer.${slot}.${parameter}`;

/** Name of a layer's packed signs in a checkpoint. */
export const signsTensor = (layer: string): string => `signs.${layer}`;

/** Name of a parameter's moving average in a checkpoint. */
export const averageTensor = (parameter: string): string => `average.${parameter}`;

/** The tensors of a checkpoint that are parameters of the model. */
export function parameterTensors(tensors: Tensors): Tensors {
  return new Map([...tensors].filter(([name]) => !/^(optimizer|signs|average)\./.test(name)));
}

/** @throws Error when the tensor is missing or not of floats */
export function floatValues(name: string, tensors: Tensors): Float32Array {
  return toFloat32(present(name, tensors));
}

/** @throws Error when the tensor is missing or not of bytes */
export function byteValues(name: string, tensors: Tensors): Uint8Array {
  const { data, dtype } = present(name, tensors);
  if (!(data instanceof Uint8Array)) throw new TypeError(`tensor ${name}: expected U8, found ${dtype}`);
  return data;
}

function present(name: string, tensors: Tensors): SafetensorsTensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`tensor ${name}: expected it in the checkpoint, found nothing`);
  return tensor;
}

/**
 * Sets every parameter from a file's tensors.
 *
 * @param path named in errors
 * @throws Error when a parameter is missing, has another shape, or a tensor belongs to no parameter
 */
export function assignWeights(parameters: readonly VitParameter[], tensors: Tensors, path: string): void {
  const names = new Set(parameters.map(parameter => parameter.name));
  const unknown = [...tensors.keys()].filter(name => !names.has(name));
  if (unknown.length > 0) throw new Error(`${path}: the model has no parameter ${unknown.join(', ')}`);
  for (const parameter of parameters) assignWeight(parameter, tensors, path);
}

/** @throws Error when the file has no tensor of the parameter's name and shape */
export function assignWeight({ name, variable }: VitParameter, tensors: Tensors, path: string): void {
  const tensor = tensors.get(name);
  if (!tensor || tensor.shape.join() !== variable.shape.join()) {
    throw new Error(`${path}: expected ${name} of shape [${variable.shape.join(', ')}], found ${tensor ? `[${tensor.shape.join(', ')}]` : 'nothing'}`);
  }
  const data = toFloat32(tensor);
  tf.tidy(() => { variable.assign(tf.tensor(data, variable.shape)); });
}
