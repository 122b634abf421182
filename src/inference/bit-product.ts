import type { EngineLibrary, Offset } from '../kernels/browser.js';

/** Rows of bits, of levels −1 and 1 or 0 and 1, against interleaved weights. */
export interface BitProduct {
  readonly x: Offset;
  readonly isSigned: boolean;
  readonly signs: Offset;
  /** Which weights are not 0; 0 where all are −1 or 1. */
  readonly kept: Offset;
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** What stands behind the integers of a product. */
interface Finish {
  readonly alpha: Offset;
  readonly rowScale: Offset;
  readonly y: Offset;
  readonly stride: number;
}

/** y = alpha (x · w) rowScale. */
export function multiplyBits(engine: EngineLibrary, { x, isSigned, signs, kept, rows, inputs, outputs }: BitProduct, { alpha, rowScale, y, stride }: Finish): void {
  engine[isSigned ? 'packedGemm' : 'packedAndGemm'](x, signs, kept, alpha, 0, rowScale, y, rows, inputs, outputs, stride);
}

/** The integers of a product, `[rows, outputs]`: what its kernel gives for factors of 1. */
export function dotProducts(engine: EngineLibrary, product: BitProduct): Float32Array {
  const { heap } = engine;
  const { rows, outputs } = product;
  const [alphaBytes, bytes] = [4 * outputs, 4 * rows * outputs];
  const [alpha, y] = [heap.allocate(alphaBytes), heap.allocate(bytes)];
  heap.float32(alpha, outputs).fill(1);
  multiplyBits(engine, product, { alpha, rowScale: 0, y, stride: outputs });
  const dots = heap.float32(y, rows * outputs).slice();
  heap.free(alpha, alphaBytes);
  heap.free(y, bytes);
  return dots;
}
