import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/backend/random.js';
import { packedWeightBytes, rowTable, runRowsApart, wordsOf, type EngineLibrary, type Offset, type RowCall } from '../../src/kernels/index.js';
import { engines, normals, Workspace } from './workspace.js';

interface Shape {
  readonly rows: number;
  readonly dim: number;
  readonly hidden: number;
  readonly gelu: boolean;
  readonly ternary: boolean;
  readonly seed: number;
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  rows: fc.integer({ min: 1, max: 130 }), dim: fc.integer({ min: 1, max: 100 }), hidden: fc.integer({ min: 1, max: 200 }), gelu: fc.boolean(), ternary: fc.boolean(),
  seed: fc.nat(1e6),
});

/** The calls from attention to the next one, every row kernel among them, over arrays that depend on the seed alone. */
function block(engine: EngineLibrary, { rows, dim, hidden, gelu, ternary, seed }: Shape): { readonly table: Offset; readonly count: number; readonly read: () => string[] } {
  const random = Random.seeded(seed);
  const space = new Workspace(engine);
  const written: [Offset, number][] = [];
  const room = (count: number): Offset => {
    const offset = space.room(count);
    written.push([offset, count]);
    return offset;
  };
  const put = (count: number): Offset => space.put(normals(random, count));
  const plane = (inputs: number, outputs: number): Offset => {
    const words = packedWeightBytes(inputs, outputs) / 4;
    return space.putIntegers(Int32Array.from({ length: words }, () => Math.floor(random.uniform() * 2 ** 32)));
  };
  const weights = (inputs: number, outputs: number): [Offset, Offset] => [plane(inputs, outputs), ternary ? plane(inputs, outputs) : 0];
  const [x, attended, y, normed] = [put(rows * dim), put(rows * dim), room(rows * dim), room(rows * dim)];
  written.push([x, rows * dim]);
  const [wide, levels, means, scales] = [room(rows * hidden), room(rows * hidden), room(2 * rows), room(rows)];
  const [bits, hiddenBits, signs] = [room(rows * wordsOf(dim)), room(rows * wordsOf(hidden)), room(rows * wordsOf(hidden))];
  const [shift, slope, alpha, bias] = [1, 2, 3, 4].map(() => put(Math.max(dim, hidden))) as [Offset, Offset, Offset, Offset];
  const calls: RowCall[] = [
    ['packSigns', attended, shift, bits, rows, dim, dim],
    ['meanMagnitudes', attended, shift, scales, rows, dim, dim],
    ['packedGemm', bits, ...weights(dim, dim), alpha, bias, scales, y, rows, dim, dim, dim],
    ['add', x, y, x, rows * dim, rows * dim],
    ['layerNormForward', x, alpha, bias, normed, means, means + 4 * rows, rows, dim, 1e-6],
    ['packSigns', normed, 0, bits, rows, dim, dim],
    ['packedGemm', bits, ...weights(dim, hidden), alpha, 0, 0, wide, rows, dim, hidden, hidden],
    ['packedGemmSigns', bits, ...weights(dim, hidden), alpha, bias, 0, ...gelu ? [0, 0, 0] as const : [shift, slope, shift] as const, shift, signs, rows, dim, hidden],
    gelu ? ['geluForward', wide, wide, rows * hidden] : ['rpreluForward', wide, shift, slope, shift, wide, rows, hidden],
    ['packAbove', wide, hiddenBits, scales, rows, hidden, 0, 0.25],
    ['unpackLevels', hiddenBits, scales, levels, rows, hidden, 0.5, 0],
    ['packedAndGemm', hiddenBits, ...weights(hidden, dim), alpha, bias, scales, y, rows, hidden, dim, dim],
    ['add', x, y, x, rows * dim, rows * dim],
  ];
  return {
    table: space.putDoubles(rowTable(calls)), count: calls.length,
    read: () => written.map(([offset, count]) => Buffer.from(space.read(offset, count).buffer).toString('base64')),
  };
}

describe.each(engines)('calls for a few rows at a time on %s', (_, engine) => {
  it('have the bits of one call after the other, on any number of threads', () => {
    fc.assert(fc.property(shapes, shape => {
      const apart = block(engine, shape);
      expect(runRowsApart(engine, apart.table, apart.count)).toBe(0);
      const expected = apart.read();
      for (const threads of [1, 2, 3]) {
        const together = block(engine, shape);
        engine.setThreads(threads);
        try {
          expect(engine.runRows(together.table, together.count, shape.rows)).toBe(0);
        } finally {
          engine.setThreads(1);
        }
        expect(together.read()).toEqual(expected);
      }
    }), { numRuns: 30 });
  });

  it('say which call met a NaN first, whichever row it was in', () => {
    const space = new Workspace(engine);
    const rows = 60;
    const [early, late] = [1, rows - 1].map(at => space.put(Float32Array.from({ length: rows }, (_value, row) => row === at ? NaN : 1))) as [Offset, Offset];
    const [fine, bits] = [space.put(new Float32Array(rows)), space.room(rows)];
    const table = space.putDoubles(rowTable([fine, late, early].map((x): RowCall => ['packSigns', x, 0, bits, rows, 1, 1])));
    expect([engine.runRows(table, 3, rows), runRowsApart(engine, table, 3)]).toEqual([2, 2]);
  });
});
