import type { Heap } from './heap.js';
import type { EngineMemory, Offset } from './memory.js';

export type { EngineMemory, Offset };

/** Which build of the engine. */
export type EngineKind = 'native' | 'wasm';

/** Instruction set that the engine's kernels were compiled for. */
export type InstructionSet = 'avx512' | 'avx2' | 'neon' | 'scalar' | 'simd128';

/** Codes of the sign's gradient estimators (`native/binvit.h`). */
export const estimatorCodes = { identity: 0, clipped: 1, 'approx-sign': 2, 'swish-sign': 3, ede: 4 } as const;

/** Codes of the block over which a scaling factor is taken (`native/binvit.h`). */
export const scaleCodes = { none: 0, tensor: 1, channel: 2 } as const;

/** Status bits of functions that take a sign: the operand that holds a NaN or an infinity. 0 means that all was finite. */
export const statusBits = { inputNotFinite: 1, weightNotFinite: 2 } as const;

/** Bytes of one row of the parameter table of `adamW` and `sgd`: eight float64, see {@link EngineLibrary.adamW}. */
export const optimizerRowBytes = 64;

/** Bytes of the interleaved signs of a weight `[inputs, outputs]`, the same for every instruction set. */
export function packedWeightBytes(inputs: number, outputs: number): number {
  return 4 * wordsOf(inputs) * Math.ceil(outputs / 16) * 16;
}

/** 32-bit words of a row of packed bits. */
export function wordsOf(inputs: number): number {
  return Math.ceil(inputs / 32);
}

/**
 * The engine: kernels over one linear memory. All matrices are row-major float32; the meaning of every function, the shapes
 * and which pointers may be 0 stand in `native/binvit.h`. Arguments are not checked: the caller has.
 */
export interface EngineLibrary extends EngineFunctions {
  readonly kind: EngineKind;
  readonly isa: InstructionSet;
  readonly memory: EngineMemory;
  /** Hands out that memory; one for all that use it, so that a packed model and a tfjs backend can run side by side. */
  readonly heap: Heap;
  /** Threads in use. Results are the same bits for every number. */
  readonly threads: number;
  /** Sets the number of threads (1 to 256); WASM stays at 1. */
  setThreads(threads: number): void;
}

/** The C functions of `native/binvit.h`. */
export interface EngineFunctions {
  /** C (+)= op(A) op(B) + bias, batched. */
  gemm(
    transA: number, transB: number, m: number, n: number, k: number, a: Offset, lda: number, b: Offset, ldb: number,
    c: Offset, ldc: number, bias: Offset, accumulate: number, batch: number,
    strideA: number, strideB: number, strideC: number,
  ): void;
  /** Gradients of y = x W + b; `dx`, `dw`, `db` may be 0. */
  denseBackward(
    x: Offset, w: Offset, dy: Offset, dx: Offset, dw: Offset, db: Offset, m: number, inputs: number, outputs: number,
  ): void;
  /** y = x̂ (alpha ⊙ sign W) + b; returns status bits ({@link statusBits}). */
  binaryDenseForward(
    x: Offset, w: Offset, bias: Offset, y: Offset, effective: Offset, alpha: Offset,
    m: number, inputs: number, outputs: number, inputBinary: number, scale: number,
  ): number;
  /** Gradients of `binaryDenseForward`; `dx`, `dw`, `db` may be 0. */
  binaryDenseBackward(
    x: Offset, w: Offset, effective: Offset, alpha: Offset, dy: Offset, dx: Offset, dw: Offset, db: Offset,
    m: number, inputs: number, outputs: number, inputBinary: number,
    inputEstimator: number, inputParameter0: number, inputParameter1: number,
    weightEstimator: number, weightParameter0: number, weightParameter1: number,
    scale: number, scaleExact: number,
  ): void;

  /** y = sign(x); returns status bits. */
  signForward(x: Offset, y: Offset, count: number): number;
  /** dx = dy ⊙ f(x); `dy` 0 means 1. */
  estimatorBackward(
    x: Offset, dy: Offset, dx: Offset, count: number, estimator: number, parameter0: number, parameter1: number,
  ): void;

  layerNormForward(
    x: Offset, gamma: Offset, beta: Offset, y: Offset, mean: Offset, rstd: Offset,
    rows: number, dim: number, epsilon: number,
  ): void;
  layerNormBackward(
    x: Offset, gamma: Offset, mean: Offset, rstd: Offset, dy: Offset, dx: Offset, dgamma: Offset, dbeta: Offset,
    rows: number, dim: number,
  ): void;
  /**
   * Softmax attention of fused qkv, saving the probabilities; `probabilities` or `output` may be 0.
   * @throws RangeError when a head is too large for the scratch memory (1,024 tokens of 64 fit)
   */
  attentionForward(
    qkv: Offset, probabilities: Offset, output: Offset, batch: number, tokens: number, heads: number, headDim: number,
  ): void;
  attentionBackward(
    qkv: Offset, probabilities: Offset, doutput: Offset, dqkv: Offset,
    batch: number, tokens: number, heads: number, headDim: number,
  ): void;
  geluForward(x: Offset, y: Offset, count: number): void;
  geluBackward(x: Offset, dy: Offset, dx: Offset, count: number): void;
  softmaxRows(x: Offset, y: Offset, rows: number, cols: number): void;
  softmaxRowsBackward(y: Offset, dy: Offset, dx: Offset, rows: number, cols: number): void;
  /** Mean loss; saves the probabilities. `labels` are int32. */
  crossEntropyForward(
    logits: Offset, labels: Offset, probabilities: Offset, rows: number, classes: number, smoothing: number,
  ): number;
  crossEntropyBackward(
    probabilities: Offset, labels: Offset, dlogits: Offset, rows: number, classes: number, smoothing: number, dloss: number,
  ): void;

  /** y[i] = a[i] + b[i mod period]. */
  add(a: Offset, b: Offset, y: Offset, count: number, period: number): void;
  /** y[i] = a[i] − b[i mod period]. */
  subtract(a: Offset, b: Offset, y: Offset, count: number, period: number): void;
  /** y[i] = a[i] · b[i mod period]. */
  multiply(a: Offset, b: Offset, y: Offset, count: number, period: number): void;
  /** y = factor · x. */
  scale(x: Offset, y: Offset, count: number, factor: number): void;
  /** y[o, i] = factor · Σ_a x[o, a, i]. */
  sumAxis(x: Offset, y: Offset, outer: number, axis: number, inner: number, factor: number): void;
  /** y[o, a, i] = factor · x[o, i]. */
  broadcastAxis(x: Offset, y: Offset, outer: number, axis: number, inner: number, factor: number): void;
  /** y[o, c, r, i] = x[o, r, c, i]. */
  transpose(x: Offset, y: Offset, outer: number, rows: number, cols: number, inner: number): void;

  /**
   * AdamW for all parameters in one call. `table` holds `rows` rows of eight float64 (8-byte aligned): offsets of parameter,
   * output (may be the parameter), gradient, first moment, second moment; then element count, decoupled weight decay and
   * latent clip (0: none).
   */
  adamW(
    table: Offset, rows: number, learningRate: number, beta1: number, beta2: number, epsilon: number,
    correction1: number, correction2: number, gradientScale: number,
  ): void;
  /** SGD with momentum over the same table (the second moment is unused). */
  sgd(table: Offset, rows: number, learningRate: number, momentum: number, gradientScale: number): void;
  /**
   * Bits of x + shift >= 0 for `rows` rows that lie `stride` elements apart; returns status bits. What packed bits are stands in
   * `native/binvit.h`.
   */
  packSigns(x: Offset, shift: Offset, bits: Offset, rows: number, inputs: number, stride: number): number;
  /** Bits of x > T, with T a number or (`fraction` > 0) a share of the row's maximum; returns status bits. `rowScale` may be 0. */
  packAbove(x: Offset, bits: Offset, rowScale: Offset, rows: number, inputs: number, threshold: number, fraction: number): number;
  /** z = x − before; y = z + after where z > 0, slope · z + after elsewhere. */
  rpreluForward(x: Offset, before: Offset, slope: Offset, after: Offset, y: Offset, rows: number, dim: number): void;
  /**
   * Bits of f(y) + shift >= 0 for y of `packedGemm`, f RPReLU, or GELU where `before`, `slope` and `after` are 0; returns status bits.
   */
  packedGemmSigns(
    x: Offset, w: Offset, kept: Offset, alpha: Offset, bias: Offset, rowScale: Offset, before: Offset, slope: Offset, after: Offset, shift: Offset,
    bits: Offset, m: number, inputs: number, outputs: number,
  ): number;
  /** Mean |x + shift| of each row. */
  meanMagnitudes(x: Offset, shift: Offset, means: Offset, rows: number, dim: number, stride: number): void;
  /** Rows of bits `[outputs, words]` to interleaved weights. */
  packWeights(signs: Offset, packed: Offset, inputs: number, outputs: number): void;
  /** Interleaved signs of the columns of a float matrix; returns status bits. */
  packColumnSigns(x: Offset, shift: Offset, packed: Offset, inputs: number, outputs: number, stride: number): number;
  /** y = alpha · (x̂ · ŵ) · rowScale + bias, both operands ±1; `kept` has the bits of the weights that are not 0, or is 0 where all are. */
  packedGemm(
    x: Offset, w: Offset, kept: Offset, alpha: Offset, bias: Offset, rowScale: Offset, y: Offset,
    m: number, inputs: number, outputs: number, stride: number,
  ): void;
  /** The same with x̂ of levels 0 and 1. */
  packedAndGemm(
    x: Offset, w: Offset, kept: Offset, alpha: Offset, bias: Offset, rowScale: Offset, y: Offset,
    m: number, inputs: number, outputs: number, stride: number,
  ): void;
  /** x̂ · ŵ as int32, both operands ±1. */
  packedDots(x: Offset, w: Offset, y: Offset, m: number, inputs: number, outputs: number): void;
  /** y = x · (alpha ŵ) + bias for a float x, with a factor for every `group` inputs of an output; `alpha` 0 means 1, and the bits of `gemm`. */
  signGemm(
    x: Offset, w: Offset, kept: Offset, alpha: Offset, bias: Offset, y: Offset, m: number, inputs: number, outputs: number, group: number, stride: number,
  ): void;
  /** Bits to floats: y = factor · rowScale · level, of −1 and 1 (`isSigned` = 1) or 0 and 1; `rowScale` may be 0. */
  unpackLevels(bits: Offset, rowScale: Offset, y: Offset, rows: number, inputs: number, factor: number, isSigned: number): void;
  /**
   * Attention with binary operands; returns status bits. Shifts, token scales and `probabilities` may be 0; `keys` and `values` are room
   * of `packedWeightBytes` for each image and head.
   */
  packedAttention(
    qkv: Offset, queryShift: Offset, keyShift: Offset, valueShift: Offset, queryScale: Offset, keyScale: Offset, valueScale: Offset, keys: Offset,
    values: Offset, output: Offset, probabilities: Offset, batch: number, tokens: number, heads: number, headDim: number, scoreScale: number,
    outputScale: number, probabilityScaled: number, threshold: number, fraction: number,
  ): number;
  /**
   * Makes the calls of a table (`rowTable`), all of `rows` rows, for some rows at a time; returns 0, or the number, from 1, of the
   * first that met a NaN or an infinity.
   */
  runRows(table: Offset, count: number, rows: number): number;
  /** Σ x², accumulated in float64. */
  sumOfSquares(x: Offset, count: number): number;
  /** 1 when all is finite; `counts` (two int32) receives the numbers of NaN and of infinities. */
  allFinite(x: Offset, count: number, counts: Offset): number;
}
