import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/backend/random.js';
import { statusBits, wordsOf } from '../../src/kernels/index.js';
import { meanMagnitudes, rprelu } from '../../src/kernels/reference.js';
import { engines, excess, normals, Workspace } from './workspace.js';

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 40 }), dim: fc.integer({ min: 1, max: 200 }), gap: fc.integer({ min: 0, max: 9 }),
  shifted: fc.boolean(), deviation: fc.constantFrom(1e-35, 0.1, 1, 12), seed: fc.nat(1e6),
});

describe.each(engines)('activations of packed models on %s', (_, engine) => {
  it('GELU and packing in one have the bits of one after the other, also where GELU underflows', () => {
    fc.assert(fc.property(shapes, ({ rows, dim, shifted, deviation, seed }) => {
      const random = Random.seeded(seed);
      const space = new Workspace(engine);
      const x = space.put(normals(random, rows * dim, deviation));
      const shift = shifted ? space.put(normals(random, dim, 0.1)) : 0;
      const activated = space.room(rows * dim);
      const [fused, apart] = [space.room(rows * wordsOf(dim)), space.room(rows * wordsOf(dim))];
      engine.geluForward(x, activated, rows * dim);
      expect(engine.packSigns(activated, shift, apart, rows, dim, dim)).toBe(0);
      expect(engine.packGelu(x, shift, fused, rows, dim)).toBe(0);
      expect(space.readIntegers(fused, rows * wordsOf(dim))).toEqual(space.readIntegers(apart, rows * wordsOf(dim)));
      space.read(fused, rows * wordsOf(dim));
    }), { numRuns: 60 });
  });

  it('says that GELU was given a NaN', () => {
    const space = new Workspace(engine);
    expect(engine.packGelu(space.put([1, NaN, 2]), 0, space.room(1), 1, 3)).toBe(statusBits.inputNotFinite);
  });

  it('RPReLU has the bits of its definition', () => {
    fc.assert(fc.property(shapes, ({ rows, dim, seed }) => {
      const random = Random.seeded(seed);
      const [x, before, slope, after] = [rows * dim, dim, dim, dim].map(count => normals(random, count)) as [Float32Array, Float32Array, Float32Array, Float32Array];
      const space = new Workspace(engine);
      const y = space.room(rows * dim);
      engine.rpreluForward(space.put(x), space.put(before), space.put(slope), space.put(after), y, rows, dim);
      expect(space.read(y, rows * dim)).toEqual(rprelu(x, before, slope, after));
    }), { numRuns: 40 });
  });

  it('the mean magnitude of rows is that of float64 sums', () => {
    fc.assert(fc.property(shapes, ({ rows, dim, gap, shifted, seed }) => {
      const random = Random.seeded(seed);
      const stride = dim + gap;
      const x = normals(random, rows * stride);
      const shift = shifted ? normals(random, dim) : null;
      const space = new Workspace(engine);
      const means = space.room(rows);
      engine.meanMagnitudes(space.put(x), shift === null ? 0 : space.put(shift), means, rows, dim, stride);
      // A float32 sum of at most 200 values of one sign, each of them rounded (a cancelled x + shift: to its operands' unit).
      expect(excess(space.read(means, rows), meanMagnitudes(x, shift, rows, dim, stride), 1e-6, 200 * 2 ** -24)).toBeLessThanOrEqual(1);
    }), { numRuns: 40 });
  });
});
