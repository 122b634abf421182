import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import type { BinarizeContext } from '../../src/binarize/index.js';

/** A tensor as the fixture stores it. */
export interface StoredTensor {
  readonly shape: [number, number];
  readonly data: readonly number[];
}

const stored = JSON.parse(readFileSync(new URL('../fixtures/quantizers-a.json', import.meta.url), 'utf8')) as Record<string, unknown>;

/** The entry `name` of the fixture with outputs and gradients of the public implementations. */
export function fixture(name: string): Readonly<Record<string, StoredTensor>> {
  return stored[name] as Record<string, StoredTensor>;
}

/** An entry of the fixture that is one tensor. */
export function fixtureTensor(name: string): StoredTensor {
  return stored[name] as StoredTensor;
}

/** A number, or a list of one, inside an entry of the fixture. */
export function fixtureNumber(entry: string, name: string): number {
  const value = (stored[entry] as Record<string, unknown>)[name];
  return Array.isArray(value) ? value[0] as number : value as number;
}

export function matrix(stored: StoredTensor): tf.Tensor2D {
  return tf.tensor2d([...stored.data], stored.shape);
}

/** The transposed matrix: the fixture's weights are `[out, in]`, ours `[in, out]`. */
export function transposed(stored: StoredTensor): tf.Tensor2D {
  return tf.tidy(() => tf.transpose(matrix(stored)));
}

/** Holds when no value of the tensor, in row-major order, is further from the expected one than the tolerance. */
export function expectClose(actual: tf.Tensor, expected: ArrayLike<number>, tolerance: number): void {
  const values = actual.dataSync();
  expect(values.length).toBe(expected.length);
  const differences = Array.from(values, (value, i) => Math.abs(value - expected[i]!));
  expect(Math.max(...differences)).toBeLessThanOrEqual(tolerance);
}

export const evaluation: BinarizeContext = { label: 'blocks.2.mlp.fc1', progress: 0, training: false };

/** Central differences of a scalar function of a vector; `step` is large because the function is float32. */
export function finiteDifferences(f: (x: Float32Array) => number, at: ArrayLike<number>, step = 1e-2): number[] {
  return Array.from(at, (_, i) => {
    const moved = (by: number): number => f(Float32Array.from(at, (value, j) => (i === j ? value + by : value)));
    return (moved(step) - moved(-step)) / (2 * step);
  });
}
