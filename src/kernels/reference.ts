import { wordsOf } from './engine.js';

/**
 * The definition of the kernels on packed signs, over plain arrays: what `native/binvit.h` says of them, written as plainly as it
 * can be. Rows of bits are `[rows, words]`, the first element in the lowest bit of the first word; weights are rows of bits of the
 * outputs, `[outputs, words]`, not interleaved.
 */

/** Packs 0 and 1, `[rows, inputs]`, to `[rows, words]`; bits beyond `inputs` are 0. */
export function packBits(bits: ArrayLike<number | boolean>, rows: number, inputs: number): Uint32Array {
  const words = wordsOf(inputs);
  const packed = new Uint32Array(rows * words);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < inputs; i++) if (bits[row * inputs + i]) packed[row * words + (i >>> 5)]! |= 1 << (i & 31);
  }
  return packed;
}

/** Element `i` of a row of bits: 1 or 0. */
export function bitAt(packed: ArrayLike<number>, row: number, i: number, inputs: number): number {
  return (packed[row * wordsOf(inputs) + (i >>> 5)]! >>> (i & 31)) & 1;
}

/** Bits of x + shift >= 0 of rows that lie `stride` elements apart. */
export function packSigns(x: ArrayLike<number>, shift: ArrayLike<number> | null, rows: number, inputs: number, stride: number): Uint32Array {
  const bits = Array.from({ length: rows * inputs }, (_, at) => {
    const i = at % inputs;
    return Math.fround(x[Math.floor(at / inputs) * stride + i]! + (shift?.[i] ?? 0)) >= 0;
  });
  return packBits(bits, rows, inputs);
}

/** Bits of x > T, and the mean of what lies above T in each row, 0 where nothing does. */
export function packAbove(
  x: ArrayLike<number>, rows: number, inputs: number, threshold: number, fraction: number,
): { readonly bits: Uint32Array; readonly rowScale: Float32Array } {
  const above: boolean[] = [];
  const rowScale = Float32Array.from({ length: rows }, (_, row) => {
    const values = Array.from({ length: inputs }, (_unused, i) => x[row * inputs + i]!);
    const edge = fraction > 0 ? Math.max(Math.fround(Math.fround(fraction) * Math.max(...values)), 1e-30) : Math.fround(threshold);
    const on = values.filter(value => value > edge);
    above.push(...values.map(value => value > edge));
    return on.length === 0 ? 0 : on.reduce((sum, value) => sum + value, 0) / on.length;
  });
  return { bits: packBits(above, rows, inputs), rowScale };
}

/** Signs of the columns of x `[inputs, outputs]`, rows `stride` elements apart, as rows of bits `[outputs, words]`. */
export function packColumnSigns(x: ArrayLike<number>, shift: ArrayLike<number> | null, inputs: number, outputs: number, stride: number): Uint32Array {
  const bits = Array.from({ length: outputs * inputs }, (_, at) => {
    const [output, i] = [Math.floor(at / inputs), at % inputs];
    return Math.fround(x[i * stride + output]! + (shift?.[output] ?? 0)) >= 0;
  });
  return packBits(bits, outputs, inputs);
}

/** Weights as rows of bits: the signs, and which are not 0; null where all are −1 or 1. */
export interface PackedWeights {
  readonly signs: Uint32Array;
  readonly kept: Uint32Array | null;
}

/** Weight from input `i` to an output: −1, 0 or 1. */
export function weightAt({ signs, kept }: PackedWeights, output: number, i: number, inputs: number): number {
  return (kept === null ? 1 : bitAt(kept, output, i, inputs)) * (2 * bitAt(signs, output, i, inputs) - 1);
}

/** Dot products `[m, outputs]` of rows of bits, of levels −1 and 1 (`signed`) or 0 and 1, with weights. */
export function dotProducts(x: Uint32Array, weights: PackedWeights, m: number, inputs: number, outputs: number, signed: boolean): Int32Array {
  return Int32Array.from({ length: m * outputs }, (_, at) => {
    const [row, output] = [Math.floor(at / outputs), at % outputs];
    let sum = 0;
    for (let i = 0; i < inputs; i++) {
      const level = bitAt(x, row, i, inputs);
      sum += (signed ? 2 * level - 1 : level) * weightAt(weights, output, i, inputs);
    }
    return sum;
  });
}

/** Σ_i x_i α_gj w_ij `[m, outputs]` of a float x, in float64; g counts groups of `group` inputs, alpha is `[groups, outputs]`. */
export function signedSums(
  x: ArrayLike<number>, weights: PackedWeights, alpha: ArrayLike<number>, m: number, inputs: number, outputs: number, group: number,
): Float64Array {
  return Float64Array.from({ length: m * outputs }, (_, at) => {
    const [row, output] = [Math.floor(at / outputs), at % outputs];
    let sum = 0;
    for (let i = 0; i < inputs; i++) sum += x[row * inputs + i]! * alpha[Math.floor(i / group) * outputs + output]! * weightAt(weights, output, i, inputs);
    return sum;
  });
}

/** Bits as floats, `[rows, inputs]`: factor · rowScale · level, each operation rounded to float32. */
export function unpackLevels(
  bits: Uint32Array, rowScale: ArrayLike<number> | null, rows: number, inputs: number, factor: number, signed: boolean,
): Float32Array {
  return Float32Array.from({ length: rows * inputs }, (_, at) => {
    const [row, i] = [Math.floor(at / inputs), at % inputs];
    const level = bitAt(bits, row, i, inputs);
    return (signed ? 2 * level - 1 : level) * Math.fround(Math.fround(factor) * (rowScale?.[row] ?? 1));
  });
}

/** RPReLU of `[rows, dim]`, each operation rounded to float32. */
export function rprelu(x: Float32Array, before: Float32Array, slope: Float32Array, after: Float32Array): Float32Array {
  return x.map((value, at) => {
    const channel = at % before.length;
    const z = Math.fround(value - before[channel]!);
    return (z > 0 ? z : Math.fround(slope[channel]! * z)) + after[channel]!;
  });
}

/** Mean |x + shift| of rows that lie `stride` elements apart, in float64. */
export function meanMagnitudes(x: ArrayLike<number>, shift: ArrayLike<number> | null, rows: number, dim: number, stride: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < dim; i++) sum += Math.abs(x[row * stride + i]! + (shift?.[i] ?? 0));
    return sum / dim;
  });
}
