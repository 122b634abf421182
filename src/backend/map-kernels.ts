import * as tf from '@tensorflow/tfjs';
import { floats, isFloat, type FastPath } from './fast-path.js';

const { sizeFromShape } = tf.util;

/** A function of each value; `loop` goes over all of them, so that it is compiled for this function alone. */
const map = (loop: (x: Float32Array, y: Float32Array, attrs: Record<string, unknown>) => void): FastPath => ({ inputs, backend, attrs }) => {
  const x = inputs.x!;
  if (!isFloat(x)) return undefined;
  backend.offset(x);
  const y = backend.output(x.shape);
  loop(floats(backend, x), floats(backend, y), attrs);
  return y;
};

/** A comparison of each value with the other tensor's, or with a scalar. */
const compare = (loop: (a: Float32Array, b: Float32Array, step: 0 | 1, y: Uint8Array) => void): FastPath => ({ inputs, backend }) => {
  const a = inputs.a!;
  const b = inputs.b!;
  const isScalar = sizeFromShape(b.shape) === 1 && b.shape.length <= a.shape.length;
  if (!isFloat(a, b) || (!isScalar && !tf.util.arraysEqual(a.shape, b.shape))) return undefined;
  backend.offset(a);
  backend.offset(b);
  const y = new Uint8Array(sizeFromShape(a.shape));
  loop(floats(backend, a), floats(backend, b), isScalar ? 0 : 1, y);
  return backend.makeTensorInfo(a.shape, 'bool', y);
};

/** Element-wise kernels of binarizers and activations; tfjs's own call a function for every value. */
export const mapKernels: Record<string, FastPath> = {
  Neg: map((x, y) => { for (let i = 0; i < x.length; i++) y[i] = -x[i]!; }),
  Abs: map((x, y) => { for (let i = 0; i < x.length; i++) y[i] = Math.abs(x[i]!); }),
  Square: map((x, y) => { for (let i = 0; i < x.length; i++) y[i] = x[i]! * x[i]!; }),
  // Not `x > 0 ? x : 0`: a NaN stays one.
  Relu: map((x, y) => { for (let i = 0; i < x.length; i++) y[i] = x[i]! <= 0 ? 0 : x[i]!; }),
  Step: map((x, y, attrs) => {
    const alpha = attrs.alpha as number;
    for (let i = 0; i < x.length; i++) y[i] = x[i]! > 0 ? 1 : x[i]! <= 0 ? alpha : NaN;
  }),
  Less: compare((a, b, step, y) => { for (let i = 0; i < a.length; i++) y[i] = a[i]! < b[i * step]! ? 1 : 0; }),
  LessEqual: compare((a, b, step, y) => { for (let i = 0; i < a.length; i++) y[i] = a[i]! <= b[i * step]! ? 1 : 0; }),
  Greater: compare((a, b, step, y) => { for (let i = 0; i < a.length; i++) y[i] = a[i]! > b[i * step]! ? 1 : 0; }),
  GreaterEqual: compare((a, b, step, y) => { for (let i = 0; i < a.length; i++) y[i] = a[i]! >= b[i * step]! ? 1 : 0; }),
};
