import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Random } from '../../src/backend/random.js';
import { attend, attendBackward, erf, softmax, type Head } from './reference.js';
import { engines, excess, normals, Workspace } from './workspace.js';

const matrix = (values: ArrayLike<number>, rows: number, cols: number): number[][] =>
  Array.from({ length: rows }, (_, r) => Array.from({ length: cols }, (_, c) => values[r * cols + c]!));

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe.each(engines)('encoder kernels on %s', (_, engine) => {
  it('normalize rows, and pass gradients back', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 70 }), fc.nat(1e6), (rows, dim, seed) => {
      const random = Random.seeded(seed);
      const x = normals(random, rows * dim, 3).map(v => v + 1);
      const [dy, gamma, beta] = [normals(random, rows * dim), normals(random, dim), normals(random, dim)];
      const epsilon = 1e-2; // rows of one element have no variance; a larger epsilon keeps rstd's rounding out of the test
      const space = new Workspace(engine);
      const [y, mean, rstd, dx] = [space.room(rows * dim), space.room(rows), space.room(rows), space.room(rows * dim)];
      const [dgamma, dbeta] = [space.room(dim), space.room(dim)];
      const [xAt, gammaAt] = [space.put(x), space.put(gamma)];
      engine.layerNormForward(xAt, gammaAt, space.put(beta), y, mean, rstd, rows, dim, epsilon);
      engine.layerNormBackward(xAt, gammaAt, mean, rstd, space.put(dy), dx, dgamma, dbeta, rows, dim);

      const zeros = (): number[] => new Array<number>(dim).fill(0);
      const expected = { y: [] as number[], dx: [] as number[], dgamma: zeros(), dbeta: zeros() };
      matrix(x, rows, dim).forEach((row, r) => {
        const center = sum(row) / dim;
        const inverse = 1 / Math.sqrt(sum(row.map(v => (v - center) ** 2)) / dim + epsilon);
        const normalized = row.map(v => (v - center) * inverse);
        const g = normalized.map((_, c) => dy[r * dim + c]! * gamma[c]!);
        const meanOfProduct = sum(g.map((v, c) => v * normalized[c]!)) / dim;
        normalized.forEach((v, c) => {
          expected.y.push(v * gamma[c]! + beta[c]!);
          expected.dx.push(inverse * (g[c]! - sum(g) / dim - v * meanOfProduct));
          expected.dgamma[c]! += dy[r * dim + c]! * v;
          expected.dbeta[c]! += dy[r * dim + c]!;
        });
      });
      expect(excess(space.read(y, rows * dim), expected.y, 2e-5, 1e-5)).toBeLessThanOrEqual(1);
      expect(excess(space.read(dx, rows * dim), expected.dx, 2e-5, 1e-4)).toBeLessThanOrEqual(1);
      expect(excess(space.read(dgamma, dim), expected.dgamma, 2e-4, 1e-5)).toBeLessThanOrEqual(1);
      expect(excess(space.read(dbeta, dim), expected.dbeta, 2e-4, 1e-5)).toBeLessThanOrEqual(1);
    }), { numRuns: 15 });
  });

  it.each([
    [2, 16, 4, 16], [1, 17, 3, 16], [3, 1, 2, 5], [2, 5, 1, 3], [1, 33, 2, 20], [1, 49, 1, 32], [1, 70, 2, 24], [1, 130, 1, 64],
    [1, 197, 1, 8],
  ])('attend: batch %i, %i tokens, %i heads of %i', (batch, tokens, heads, headDim) => {
    const dim = heads * headDim;
    const random = Random.seeded(tokens);
    const [qkv, upstream] = [normals(random, batch * tokens * 3 * dim), normals(random, batch * tokens * dim)];
    const space = new Workspace(engine);
    const square = batch * heads * tokens * tokens;
    const [probabilities, only] = [space.room(square), space.room(square)];
    const [output, dqkv] = [space.room(batch * tokens * dim), space.room(qkv.length)];
    const at = space.put(qkv);
    engine.attentionForward(at, probabilities, output, batch, tokens, heads, headDim);
    engine.attentionForward(at, only, 0, batch, tokens, heads, headDim);
    const unsaved = space.room(batch * tokens * dim);
    engine.attentionForward(at, 0, unsaved, batch, tokens, heads, headDim);
    expect(space.read(unsaved, batch * tokens * dim)).toEqual(space.read(output, batch * tokens * dim));
    engine.attentionBackward(at, probabilities, space.put(upstream), dqkv, batch, tokens, heads, headDim);
    expect(space.read(only, square)).toEqual(space.read(probabilities, square));

    const expected = {
      probabilities: [] as number[], output: new Float64Array(batch * tokens * dim), dqkv: new Float64Array(qkv.length),
    };
    for (let b = 0; b < batch; b++) {
      for (let h = 0; h < heads; h++) {
        const rowsOf = (part: number): number[][] => Array.from({ length: tokens }, (_, t) =>
          Array.from({ length: headDim }, (_, d) => qkv[(b * tokens + t) * 3 * dim + part * dim + h * headDim + d]!));
        const head: Head = { q: rowsOf(0), k: rowsOf(1), v: rowsOf(2) };
        const result = attend(head);
        expected.probabilities.push(...result.probabilities.flat());
        const incoming = result.output.map((row, t) => row.map((_, d) => upstream[(b * tokens + t) * dim + h * headDim + d]!));
        const gradient = attendBackward(head, incoming);
        for (let t = 0; t < tokens; t++) {
          for (let d = 0; d < headDim; d++) {
            expected.output[(b * tokens + t) * dim + h * headDim + d] = result.output[t]![d]!;
            [gradient.q, gradient.k, gradient.v].forEach((part, i) => {
              expected.dqkv[(b * tokens + t) * 3 * dim + i * dim + h * headDim + d] = part[t]![d]!;
            });
          }
        }
      }
    }
    expect(excess(space.read(probabilities, square), expected.probabilities, 1e-6, 4e-6)).toBeLessThanOrEqual(1);
    expect(excess(space.read(output, expected.output.length), expected.output, 2e-6, 2e-6)).toBeLessThanOrEqual(1);
    expect(excess(space.read(dqkv, qkv.length), expected.dqkv, 1e-5, 1e-5)).toBeLessThanOrEqual(1);
  });

  it('attend to as many tokens as the scratch memory holds, and refuse more', () => {
    const attend = (tokens: number, headDim: number): void => {
      const space = new Workspace(engine);
      const [qkv, probabilities, output] = [3, tokens / headDim, 1].map(parts => space.room(parts * tokens * headDim));
      engine.attentionForward(qkv!, probabilities!, output!, 1, tokens, 1, headDim);
      engine.attentionBackward(qkv!, probabilities!, output!, qkv!, 1, tokens, 1, headDim);
    };
    attend(1200, 64);
    expect(() => { attend(1344, 64); }).toThrow(/^The engine's attention was asked for 1344 tokens with heads of 64, /);
  });

  it('compute GELU from an erf that errs by less than 2e-7', () => {
    const x = Float32Array.from({ length: 8003 }, (_, i) => (i - 4001) / 500);
    x.set([0, -0, 100, -100, 1e-6, -1e-6]);
    const space = new Workspace(engine);
    const [y, dx] = [space.room(x.length), space.room(x.length)];
    const at = space.put(x);
    engine.geluForward(at, y, x.length);
    engine.geluBackward(at, space.put(new Float32Array(x.length).fill(1)), dx, x.length);
    const cumulative = Array.from(x, v => (1 + erf(v / Math.SQRT2)) / 2);
    // y = x Phi(x): an error of erf by e is one of y by |x| e / 2, then y is rounded.
    const errors = Array.from(space.read(y, x.length), (v, i) =>
      (Math.abs(v - x[i]! * cumulative[i]!) - 6e-8 * Math.abs(v)) / Math.abs(x[i]! || 1) * 2);
    expect(Math.max(...errors)).toBeLessThan(2e-7);
    const slopes = Array.from(x, (v, i) => cumulative[i]! + (v * Math.exp((-v * v) / 2)) / Math.sqrt(2 * Math.PI));
    expect(excess(space.read(dx, x.length), slopes, 3e-7)).toBeLessThanOrEqual(1);
  });

  it('take softmax of rows, also of large numbers, and its gradient', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 70 }), fc.nat(1e6), (rows, cols, seed) => {
      const random = Random.seeded(seed);
      const [x, dy] = [normals(random, rows * cols, 20).map(v => v + 1000), normals(random, rows * cols)];
      const space = new Workspace(engine);
      const [y, dx] = [space.room(rows * cols), space.room(rows * cols)];
      engine.softmaxRows(space.put(x), y, rows, cols);
      engine.softmaxRowsBackward(y, space.put(dy), dx, rows, cols);
      const expected = matrix(x, rows, cols).map(softmax);
      const gradient = expected.map((p, r) => {
        const mean = sum(p.map((v, c) => v * dy[r * cols + c]!));
        return p.map((v, c) => v * (dy[r * cols + c]! - mean));
      });
      expect(excess(space.read(y, rows * cols), expected.flat(), 1e-6)).toBeLessThanOrEqual(1);
      expect(excess(space.read(dx, rows * cols), gradient.flat(), 2e-6)).toBeLessThanOrEqual(1);
    }), { numRuns: 25 });
  });

  it('let a NaN through softmax and cross entropy', () => {
    const space = new Workspace(engine);
    const [x, y] = [space.put([0, NaN, 1, 0, 1, 2]), space.room(6)];
    engine.softmaxRows(x, y, 2, 3);
    expect(Array.from(space.read(y, 6), Number.isNaN)).toEqual([true, true, true, false, false, false]);
    expect(engine.crossEntropyForward(x, space.putIntegers([0, 1]), y, 2, 3, 0)).toBeNaN();
  });

  it('average the smoothed cross entropy, and its gradient is what finite differences say', () => {
    fc.assert(fc.property(
      fc.integer({ min: 1, max: 40 }), fc.integer({ min: 2, max: 33 }), fc.double({ min: 0, max: 0.9, noNaN: true }), fc.nat(1e6),
      (rows, classes, smoothing, seed) => {
        const random = Random.seeded(seed);
        const logits = normals(random, rows * classes, 3);
        const labels = Array.from({ length: rows }, () => random.integer(classes));
        const smooth = Math.fround(smoothing);
        const space = new Workspace(engine);
        const [probabilities, dlogits] = [space.room(rows * classes), space.room(rows * classes)];
        const labelsAt = space.putIntegers(labels);
        const loss = engine.crossEntropyForward(space.put(logits), labelsAt, probabilities, rows, classes, smooth);
        engine.crossEntropyBackward(probabilities, labelsAt, dlogits, rows, classes, smooth, 2);
        const target = (r: number, c: number): number => (labels[r] === c ? 1 - smooth : 0) + smooth / classes;
        const p = matrix(logits, rows, classes).map(softmax);
        const expected = sum(p.map((row, r) => -sum(row.map((v, c) => target(r, c) * Math.log(v))))) / rows;
        expect(Math.abs(loss - expected)).toBeLessThan(1e-6 * (1 + expected));
        const gradient = p.flatMap((row, r) => row.map((v, c) => (2 * (v - target(r, c))) / rows));
        expect(excess(space.read(dlogits, rows * classes), gradient, 1e-6)).toBeLessThanOrEqual(1);
      }), { numRuns: 25 });
  });
});
