import * as tf from '@tensorflow/tfjs';
import type { EngineBackend } from './engine-backend.js';

/** What a kernel function of tfjs receives. */
export interface KernelCall {
  readonly inputs: Record<string, tf.TensorInfo>;
  readonly backend: EngineBackend;
  readonly attrs: Record<string, unknown>;
}

/** Runs the kernel, or says by `undefined` that this case is left to tfjs's own kernel. */
export type FastPath = (call: KernelCall) => tf.TensorInfo | tf.TensorInfo[] | undefined;

export const isFloat = (...tensors: tf.TensorInfo[]): boolean => tensors.every(({ dtype }) => dtype === 'float32');

/** The values of a float32 tensor in linear memory; to be asked for after the last allocation, which may move the memory. */
export function floats(backend: EngineBackend, tensor: tf.TensorInfo): Float32Array {
  return backend.heap.float32(backend.offset(tensor), tf.util.sizeFromShape(tensor.shape));
}
