import type { Heap, Offset } from '../kernels/index.js';

/** Rows of floats in the engine's memory. */
export interface Rows {
  readonly offset: Offset;
  readonly count: number;
  readonly inputs: number;
  /** Floats from one row to the next. */
  readonly stride: number;
}

/** The least-squares scale of each row of signs, mean |x + shift|, to `to` `[count]`. */
export function leastSquaresRows(heap: Heap, { offset, count, inputs, stride }: Rows, shift: Offset, to: Offset): void {
  const scales = heap.float32(to, count);
  const shifts = shift === 0 ? null : heap.float32(shift, inputs);
  for (let row = 0; row < count; row++) {
    const values = heap.float32(offset + 4 * row * stride, inputs);
    let sum = 0;
    for (let i = 0; i < inputs; i++) sum += Math.abs(values[i]! + (shifts === null ? 0 : shifts[i]!));
    scales[row] = sum / inputs;
  }
}
