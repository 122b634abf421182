import type { EngineFunctions, EngineLibrary, Offset } from './engine.js';

/** Kernels of which every row stands on its own, in the order of `RowKernel` in `native/binvit.h`. */
const rowKernels = [
  'packSigns', 'packAbove', 'meanMagnitudes', 'unpackLevels', 'packedGemm', 'packedAndGemm', 'layerNormForward', 'geluForward', 'rpreluForward', 'add',
  'packedGemmSigns',
] as const satisfies readonly (keyof EngineFunctions)[];

/** One of them with its arguments. */
export type RowCall = { [Kernel in typeof rowKernels[number]]: readonly [Kernel, ...Parameters<EngineFunctions[Kernel]>] }[typeof rowKernels[number]];

/** float64 of a call in the table of `runRows`: the kernel and its arguments. */
const callLength = 15;
export const rowCallBytes = 8 * callLength;

/** The table of `runRows`: {@link rowCallBytes} for each call. */
export function rowTable(calls: readonly RowCall[]): Float64Array {
  const table = new Float64Array(calls.length * callLength);
  calls.forEach(([kernel, ...values], i) => { table.set([rowKernels.indexOf(kernel), ...values], i * callLength); });
  return table;
}

/** Makes one call, for all of its rows; returns its status. */
export function makeCall(engine: EngineFunctions, [kernel, ...values]: RowCall): number {
  return (engine as Record<RowCall[0], (...values: number[]) => number | undefined>)[kernel](...values) ?? 0;
}

/** The definition of `runRows`: one call after the other, each for all rows. */
export function runRowsApart(engine: EngineLibrary, table: Offset, count: number): number {
  for (let i = 0; i < count; i++) {
    const [kernel, ...values] = engine.heap.float64(table + i * rowCallBytes, callLength);
    if (makeCall(engine, [rowKernels[kernel!]!, ...values] as unknown as RowCall) !== 0) return i + 1;
  }
  return 0;
}
