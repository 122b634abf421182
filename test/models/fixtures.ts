import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { readSafetensors, toFloat32 } from '../../src/io/index.js';

/** A file or folder of `test/fixtures/weights`. */
export function fixturePath(path: string): string {
  return fileURLToPath(new URL(`../fixtures/weights/${path}`, import.meta.url));
}

/** Tensors of a file in `test/fixtures/weights`. The caller owns them. */
export function fixtureTensors(path: string): Record<string, tf.Tensor> {
  const { tensors } = readSafetensors(fixturePath(path));
  return Object.fromEntries([...tensors].map(([name, tensor]) => [name, tf.tensor(toFloat32(tensor), [...tensor.shape])]));
}

/** Largest absolute difference of two tensors of one shape. */
export function distance(actual: tf.Tensor, expected: tf.Tensor): number {
  expect(actual.shape).toEqual(expected.shape);
  return tf.tidy(() => tf.max(tf.abs(tf.sub(actual, expected))).dataSync()[0]!);
}
