import * as tf from '@tensorflow/tfjs';
import { axisKernels } from './axis-kernels.js';
import { isFloat, type FastPath, type KernelCall } from './fast-path.js';
import { mapKernels } from './map-kernels.js';

const size = tf.util.sizeFromShape;

/** Shape without leading ones. */
function trimmed(shape: number[]): number[] {
  const first = shape.findIndex(length => length !== 1);
  return first < 0 ? [] : shape.slice(first);
}

/** Whether `b` repeats along the last axes of `a` (or is `a`'s shape, or a scalar). */
function isSuffix(b: number[], a: number[]): boolean {
  const tail = trimmed(b);
  return b.length <= a.length && tail.every((length, i) => length === a[a.length - tail.length + i]);
}

function elementwise(operation: 'add' | 'subtract' | 'multiply'): FastPath {
  return ({ inputs, backend }) => {
    let a = inputs.a!;
    let b = inputs.b!;
    if (!isFloat(a, b)) return undefined;
    if (operation !== 'subtract' && size(b.shape) > size(a.shape)) [a, b] = [b, a];
    const count = size(a.shape);
    if (count === 0) return undefined;
    const engine = backend.engine;
    if (isSuffix(b.shape, a.shape)) {
      const [from, by] = [backend.offset(a), backend.offset(b)];
      const y = backend.output(a.shape);
      engine[operation](from, by, y.offset, count, size(b.shape));
      return y;
    }
    const axis = b.shape.findIndex((length, i) => length !== a.shape[i]);
    const sameButOne = a.shape.length === b.shape.length && b.shape[axis] === 1
      && b.shape.every((length, i) => i === axis || length === a.shape[i]);
    if (!sameButOne) return undefined;
    const [from, by] = [backend.offset(a), backend.offset(b)];
    const y = backend.output(a.shape);
    const repeated = backend.heap.allocate(4 * count);
    engine.broadcastAxis(by, repeated, size(a.shape.slice(0, axis)), a.shape[axis]!, size(a.shape.slice(axis + 1)), 1);
    engine[operation](from, repeated, y.offset, count, count);
    backend.heap.free(repeated, 4 * count);
    return y;
  };
}

const reduction = (isMean: boolean): FastPath => ({ inputs, backend, attrs }) => {
  const x = inputs.x!;
  const axes = tf.util.parseAxisParam(attrs.axis as number | number[], x.shape).sort((p, q) => p - q);
  const first = axes[0];
  const contiguous = axes.every((axis, i) => axis === first! + i);
  if (!isFloat(x) || first === undefined || !contiguous || size(x.shape) === 0) return undefined;
  const end = first + axes.length;
  const length = size(x.shape.slice(first, end));
  const kept = attrs.keepDims === true ? x.shape.map((n, i) => (i >= first && i < end ? 1 : n)) : [...x.shape.slice(0, first), ...x.shape.slice(end)];
  const from = backend.offset(x);
  const y = backend.output(kept);
  backend.engine.sumAxis(from, y.offset, size(x.shape.slice(0, first)), length, size(x.shape.slice(end)), isMean ? 1 / length : 1);
  return y;
};

const transpose: FastPath = ({ inputs, backend, attrs }) => {
  const x = inputs.x!;
  const perm = attrs.perm as number[];
  // Only permutations that swap two neighbouring groups of axes: start..middle and middle..end.
  const start = perm.findIndex((axis, i) => axis !== i);
  if (!isFloat(x) || start < 0 || size(x.shape) === 0) return undefined;
  const middle = perm[start]!;
  const end = middle + perm.indexOf(start) - start;
  const swapped = [...perm.keys()];
  swapped.splice(start, end - start, ...swapped.slice(middle, end), ...swapped.slice(start, middle));
  if (swapped.some((axis, i) => axis !== perm[i])) return undefined;
  const part = (from: number, to?: number): number => size(x.shape.slice(from, to));
  const from = backend.offset(x);
  const y = backend.output(perm.map(axis => x.shape[axis]!));
  backend.engine.transpose(from, y.offset, part(0, start), part(start, middle), part(middle, end), part(end));
  return y;
};

function matrixProduct(a: tf.TensorInfo, b: tf.TensorInfo, bias: tf.TensorInfo | undefined, { backend, attrs }: KernelCall): tf.TensorInfo | undefined {
  if (!isFloat(a, b)) return undefined;
  const transposeA = attrs.transposeA === true;
  const transposeB = attrs.transposeB === true;
  const [rowsA, colsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, colsB] = b.shape.slice(-2) as [number, number];
  const m = transposeA ? colsA : rowsA;
  const k = transposeA ? rowsA : colsA;
  const n = transposeB ? rowsB : colsB;
  const [batchA, batchB] = [size(a.shape.slice(0, -2)), size(b.shape.slice(0, -2))];
  const isPlainBatch = batchA === batchB ? trimmed(a.shape.slice(0, -2)).join() === trimmed(b.shape.slice(0, -2)).join() : batchA === 1 || batchB === 1;
  if (!isPlainBatch || m * n * k === 0 || batchA * batchB === 0) return undefined;
  const outer = batchA === batchB
    ? (a.shape.length >= b.shape.length ? a : b).shape.slice(0, -2)
    : (batchA > batchB ? a : b).shape.slice(0, -2);
  const [from, by, added] = [backend.offset(a), backend.offset(b), bias === undefined ? 0 : backend.offset(bias)];
  const y = backend.output([...outer, m, n]);
  const gemm = (rows: number, batch: number): void => {
    backend.engine.gemm(
      transposeA ? 1 : 0, transposeB ? 1 : 0, rows, n, k, from, colsA, by, colsB, y.offset, n, added, 0, batch,
      batchA === 1 ? 0 : rowsA * colsA, batchB === 1 ? 0 : rowsB * colsB, m * n);
  };
  // One matrix for all rows of a batch is one larger product.
  if (batchB === 1 && !transposeA) gemm(m * batchA, 1);
  else gemm(m, Math.max(batchA, batchB));
  return y;
}

const fusedMatMul: FastPath = call => {
  const { a, b, bias } = call.inputs;
  if (call.attrs.activation !== 'linear' || (bias !== undefined && (bias.shape.length !== 1 || !isFloat(bias)))) return undefined;
  return matrixProduct(a!, b!, bias, call);
};

const softmax: FastPath = ({ inputs, backend, attrs }) => {
  const logits = inputs.logits!;
  const columns = logits.shape.at(-1);
  const axis = attrs.dim as number;
  if (!isFloat(logits) || !columns || size(logits.shape) === 0 || (axis !== -1 && axis !== logits.shape.length - 1)) return undefined;
  const from = backend.offset(logits);
  const y = backend.output(logits.shape);
  backend.engine.softmaxRows(from, y.offset, size(logits.shape) / columns, columns);
  return y;
};

const divideByScalar: FastPath = ({ inputs, backend }) => {
  const a = inputs.a!;
  const b = inputs.b!;
  if (!isFloat(a, b) || size(b.shape) !== 1 || b.shape.length > a.shape.length || size(a.shape) === 0) return undefined;
  const factor = Math.fround(1 / backend.heap.float32(backend.offset(b), 1)[0]!);
  // The reciprocal of a subnormal overflows where the quotient need not.
  if (!Number.isFinite(factor)) return undefined;
  const from = backend.offset(a);
  const y = backend.output(a.shape);
  backend.engine.scale(from, y.offset, size(a.shape), factor);
  return y;
};

const fill: FastPath = ({ backend, attrs }) => {
  if (typeof attrs.value !== 'number' || (attrs.dtype !== undefined && attrs.dtype !== 'float32')) return undefined;
  const y = backend.output(attrs.shape as number[]);
  backend.heap.float32(y.offset, size(y.shape)).fill(attrs.value);
  return y;
};

// tfjs's own kernel lets integers and booleans pass as wider types over the same array; ours are told apart by their bits.
const cast: FastPath = ({ inputs, backend, attrs }) => {
  const x = inputs.x!;
  const { dtype } = attrs;
  const widens = (dtype === 'float32' && (x.dtype === 'int32' || x.dtype === 'bool')) || (dtype === 'int32' && x.dtype === 'bool');
  if (!widens) return undefined;
  const y = backend.output(x.shape, dtype);
  const values = dtype === 'int32' ? backend.heap.int32(y.offset, size(x.shape)) : backend.heap.float32(y.offset, size(x.shape));
  values.set(backend.data.get(x.dataId).values as Int32Array | Uint8Array);
  return y;
};

const fastPaths: Record<string, FastPath> = {
  ...axisKernels,
  ...mapKernels,
  Add: elementwise('add'),
  Sub: elementwise('subtract'),
  Multiply: elementwise('multiply'),
  RealDiv: divideByScalar,
  Sum: reduction(false),
  Mean: reduction(true),
  Transpose: transpose,
  BatchMatMul: call => matrixProduct(call.inputs.a!, call.inputs.b!, undefined, call),
  _FusedMatMul: fusedMatMul,
  Softmax: softmax,
  Cast: cast,
  Fill: fill,
};

/**
 * Registers all kernels of tfjs's cpu backend under `backendName`; those that a training step spends its time in go through
 * the engine where it has the case.
 */
export function registerTensorKernels(backendName: string): void {
  for (const kernel of tf.getKernelsForBackend('cpu')) {
    const fast = fastPaths[kernel.kernelName];
    const own = kernel.kernelFunc;
    tf.registerKernel({
      ...kernel,
      backendName,
      kernelFunc: fast === undefined ? own : call => fast(call as unknown as KernelCall) ?? own(call),
    });
  }
}
