import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Random } from '../../src/backend/random.js';
import { optimizerRowBytes } from '../../src/kernels/index.js';
import { engines, excess, normals, Workspace } from './workspace.js';

const extent = fc.integer({ min: 1, max: 40 });

describe.each(engines)('element-wise and axis kernels on %s', (_, engine) => {
  it.each([
    ['add', 1, 0], ['subtract', -1, 0], ['multiply', 0, 1],
  ] as const)('%s with the same shape, a last axis and a scalar', (name, plus, times) => {
    fc.assert(fc.property(extent, extent, fc.nat(1e6), (rows, cols, seed) => {
      const random = Random.seeded(seed);
      const count = rows * cols;
      const a = normals(random, count);
      for (const period of [count, cols, 1]) {
        const b = normals(random, period);
        const space = new Workspace(engine);
        const y = space.put(a);
        engine[name](y, space.put(b), y, count, period);
        const expected = a.map((v, i) => (times ? v * b[i % period]! : v + plus * b[i % period]!));
        expect(space.read(y, count)).toEqual(expected);
      }
    }), { numRuns: 25 });
  });

  it('scale by a factor', () => {
    const x = normals(Random.seeded(1), 40_001);
    const space = new Workspace(engine);
    const y = space.room(x.length);
    engine.scale(space.put(x), y, x.length, 0.5);
    expect(space.read(y, x.length)).toEqual(x.map(v => v / 2));
  });

  it('sum, repeat and swap axes', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 5 }), extent, fc.integer({ min: 1, max: 90 }), (outer, axis, inner) => {
      const x = Float32Array.from({ length: outer * axis * inner }, (_, i) => (i * 7) % 31); // sums of integers are exact
      const space = new Workspace(engine);
      const [sums, repeated, swapped] = [space.room(outer * inner), space.room(x.length), space.room(x.length)];
      const at = space.put(x);
      engine.sumAxis(at, sums, outer, axis, inner, 2);
      engine.broadcastAxis(sums, repeated, outer, axis, inner, 0.5);
      engine.transpose(at, swapped, outer, axis, inner, 1);
      const total = (o: number, i: number): number =>
        Array.from({ length: axis }, (_, a) => x[(o * axis + a) * inner + i]!).reduce((a, b) => a + b, 0);
      const expected = x.map((_, i) => total(Math.floor(i / (axis * inner)), i % inner));
      expect(Array.from(space.read(sums, outer * inner)))
        .toEqual(Array.from({ length: outer * inner }, (_, i) => 2 * total(Math.floor(i / inner), i % inner)));
      expect(space.read(repeated, x.length)).toEqual(expected);
      expect(space.read(swapped, x.length)).toEqual(x.map((_, i) => {
        const [o, rest] = [Math.floor(i / (axis * inner)), i % (axis * inner)];
        return x[(o * axis + (rest % axis)) * inner + Math.floor(rest / axis)]!;
      }));
    }), { numRuns: 40 });
  });

  it('swap axes of runs of elements', () => {
    const [outer, rows, cols, inner] = [3, 4, 5, 7];
    const x = Float32Array.from({ length: outer * rows * cols * inner }, (_, i) => i);
    const space = new Workspace(engine);
    const y = space.room(x.length);
    engine.transpose(space.put(x), y, outer, rows, cols, inner);
    const result = space.read(y, x.length);
    const at = (o: number, r: number, c: number, i: number): number => ((o * rows + r) * cols + c) * inner + i;
    x.forEach((_, i) => {
      const [o, c, r] = [Math.floor(i / (rows * cols * inner)), Math.floor(i / (rows * inner)) % cols, Math.floor(i / inner) % rows];
      expect(result[i]).toBe(at(o, r, c, i % inner));
    });
  });

  it('sum squares in float64 and count what is not finite', () => {
    const x = normals(Random.seeded(3), 10_007, 100);
    const space = new Workspace(engine);
    const [at, counts] = [space.put(x), space.putIntegers([9, 9])];
    const expected = x.reduce((total, v) => total + v * v, 0);
    expect(Math.abs(engine.sumOfSquares(at, x.length) / expected - 1)).toBeLessThan(1e-13);
    expect(engine.allFinite(at, x.length, counts)).toBe(1);
    expect(Array.from(space.readIntegers(counts, 2))).toEqual([0, 0]);
    x.set([NaN, Infinity, -Infinity], 5000);
    x[x.length - 1] = NaN;
    const bad = space.put(x);
    expect(engine.allFinite(bad, x.length, counts)).toBe(0);
    expect(Array.from(space.readIntegers(counts, 2))).toEqual([2, 2]);
    expect(engine.sumOfSquares(bad, x.length)).toBeNaN();
  });

  it.each(['adamW', 'sgd'] as const)('%s updates a list of parameters by its formula', name => {
    const random = Random.seeded(8);
    const [rate, beta1, beta2, epsilon, step, momentum, gradientScale] = [0.05, 0.9, 0.99, 1e-3, 3, 0.8, 0.5];
    const rows = [
      { count: 37, decay: 0.1, clip: 0, inPlace: true }, { count: 1, decay: 0, clip: 0.5, inPlace: false },
      { count: 40_000, decay: 0.3, clip: 1, inPlace: false },
    ].map(row => ({
      ...row, w: normals(random, row.count), g: normals(random, row.count), m: normals(random, row.count),
      v: normals(random, row.count).map(Math.abs),
    }));
    const space = new Workspace(engine);
    const offsets = rows.map(({ w, g, m, v, inPlace, count }) => {
      const at = space.put(w);
      return { output: inPlace ? at : space.room(count), w: at, g: space.put(g), m: space.put(m), v: space.put(v) };
    });
    const table = space.putDoubles(rows.flatMap(({ count, decay, clip }, i) => {
      const at = offsets[i]!;
      return [at.w, at.output, at.g, at.m, at.v, count, decay, clip];
    }));
    expect(optimizerRowBytes).toBe(8 * 8);
    if (name === 'adamW') {
      engine.adamW(table, rows.length, rate, beta1, beta2, epsilon, 1 - beta1 ** step, 1 - beta2 ** step, gradientScale);
    } else {
      engine.sgd(table, rows.length, rate, momentum, gradientScale);
    }
    rows.forEach(({ w, g, m, v, count, decay, clip }, i) => {
      const limit = clip === 0 ? Infinity : clip;
      const scaled = Array.from(g, value => value * gradientScale);
      const first = scaled.map((value, j) => (name === 'adamW' ? beta1 * m[j]! + (1 - beta1) * value : momentum * m[j]! + value));
      const second = scaled.map((value, j) => beta2 * v[j]! + (1 - beta2) * value * value);
      const updated = first.map((value, j) => {
        const move = name === 'sgd' ? value
          : value / (1 - beta1 ** step) / (Math.sqrt(second[j]! / (1 - beta2 ** step)) + epsilon);
        return Math.min(limit, Math.max(-limit, w[j]! - rate * (decay * w[j]! + move)));
      });
      expect(excess(space.read(offsets[i]!.output, count), updated, 1e-6, 1e-6)).toBeLessThanOrEqual(1);
      expect(excess(space.read(offsets[i]!.m, count), first, 1e-6)).toBeLessThanOrEqual(1);
      if (name === 'adamW') expect(excess(space.read(offsets[i]!.v, count), second, 1e-6)).toBeLessThanOrEqual(1);
    });
  });
});
