import * as tf from '@tensorflow/tfjs';
import type { EngineBackend } from './engine-backend.js';
import { floats, isFloat, type FastPath } from './fast-path.js';

const { sizeFromShape } = tf.util;

/** Copies `length` places of one axis of `source`, from place `from` on, to the places of `target` from `to` on. */
function copyAlong(
  backend: EngineBackend, axis: number, source: tf.TensorInfo, from: number, target: tf.TensorInfo, to: number, length: number,
): void {
  const outer = sizeFromShape(source.shape.slice(0, axis));
  const inner = sizeFromShape(source.shape.slice(axis + 1));
  // Asking for an offset may allocate, and views are only good until then.
  backend.offset(source);
  const read = floats(backend, source);
  const written = floats(backend, target);
  const run = length * inner;
  for (let o = 0; o < outer; o++) {
    const begin = (o * source.shape[axis]! + from) * inner;
    const place = (o * target.shape[axis]! + to) * inner;
    for (let i = 0; i < run; i++) written[place + i] = read[begin + i]!;
  }
}

/** The one axis along which two shapes of equal rank differ; undefined when there is none or more than one. */
function onlyDifference(a: readonly number[], b: readonly number[]): number | undefined {
  const axes = a.flatMap((length, axis) => (length === b[axis] ? [] : [axis]));
  return axes.length === 1 ? axes[0] : undefined;
}

const slice: FastPath = ({ inputs, backend, attrs }) => {
  const x = inputs.x!;
  if (!isFloat(x)) return undefined;
  const [begin, extent] = tf.slice_util.parseSliceParams(x, attrs.begin as number[], attrs.size as number[]);
  const axis = onlyDifference(x.shape, extent!);
  if (axis === undefined || begin![axis]! + extent![axis]! > x.shape[axis]!) return undefined;
  const y = backend.output(extent!);
  copyAlong(backend, axis, x, begin![axis]!, y, 0, extent![axis]!);
  return y;
};

/** Lengths of the parts of an axis, as `tf.split` is asked for them: a number of equal ones, or a list where -1 is the rest. */
function partLengths(whole: number, parts: number | readonly number[]): number[] {
  if (typeof parts === 'number') return Array.from({ length: parts }, () => whole / parts);
  const rest = whole - parts.reduce((sum, length) => sum + Math.max(0, length), 0);
  return parts.map(length => (length < 0 ? rest : length));
}

const split: FastPath = ({ inputs, backend, attrs }) => {
  const x = inputs.x!;
  const axis = tf.util.parseAxisParam(attrs.axis as number, x.shape)[0]!;
  const whole = x.shape[axis]!;
  const lengths = partLengths(whole, attrs.numOrSizeSplits as number | number[]);
  const isWhole = lengths.every(Number.isInteger) && lengths.reduce((sum, length) => sum + length, 0) === whole;
  if (!isFloat(x) || !isWhole) return undefined;
  let begin = 0;
  return lengths.map(length => {
    const y = backend.output(x.shape.map((other, i) => (i === axis ? length : other)));
    copyAlong(backend, axis, x, begin, y, 0, length);
    begin += length;
    return y;
  });
};

const concat: FastPath = ({ inputs, backend, attrs }) => {
  const parts = Object.values(inputs);
  if (!isFloat(...parts)) return undefined;
  const axis = tf.util.parseAxisParam(attrs.axis as number, parts[0]!.shape)[0]!;
  const shapes = parts.map(({ shape }) => shape);
  tf.backend_util.assertParamsConsistent(shapes, axis);
  const y = backend.output(tf.backend_util.computeOutShape(shapes, axis));
  let begin = 0;
  for (const part of parts) {
    copyAlong(backend, axis, part, 0, y, begin, part.shape[axis]!);
    begin += part.shape[axis]!;
  }
  return y;
};

const pad: FastPath = ({ inputs, backend, attrs }) => {
  const x = inputs.x!;
  const paddings = attrs.paddings as [number, number][];
  const shape = x.shape.map((length, axis) => length + paddings[axis]![0] + paddings[axis]![1]);
  const axis = onlyDifference(x.shape, shape);
  if (!isFloat(x) || axis === undefined) return undefined;
  const y = backend.output(shape);
  floats(backend, y).fill(attrs.constantValue as number);
  copyAlong(backend, axis, x, 0, y, paddings[axis]![0], x.shape[axis]!);
  return y;
};

/** Kernels that move values along one axis; tfjs's own compute the indices of every value anew. */
export const axisKernels: Record<string, FastPath> = { Slice: slice, SplitV: split, Concat: concat, PadV2: pad };
