import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Random } from '../../src/backend/random.js';
import { product, sumError } from './reference.js';
import { engines, normals, Workspace } from './workspace.js';

const shape = fc.record({
  m: fc.integer({ min: 1, max: 90 }), n: fc.integer({ min: 1, max: 70 }), k: fc.integer({ min: 0, max: 50 }),
  transA: fc.boolean(), transB: fc.boolean(), bias: fc.boolean(), accumulate: fc.boolean(), seed: fc.nat(1e6),
});

describe.each(engines)('gemm on %s', (_, engine) => {
  it('is op(A) op(B), added to bias and to C, within the bound of float32 sums, for every shape', () => {
    fc.assert(fc.property(shape, ({ m, n, k, transA, transB, bias, accumulate, seed }) => {
      const random = Random.seeded(seed);
      const [a, b, c, shift] = [normals(random, m * k), normals(random, k * n), normals(random, m * n), normals(random, n)];
      const space = new Workspace(engine);
      const out = accumulate ? space.put(c) : space.room(m * n);
      engine.gemm(Number(transA), Number(transB), m, n, k, space.put(a), transA ? m : k, space.put(b), transB ? k : n, out, n,
        bias ? space.put(shift) : 0, Number(accumulate), 1, 0, 0, 0);
      const expected = product(a, b, m, n, k, transA, transB);
      for (let i = 0; i < m * n; i++) {
        const terms = [bias ? shift[i % n]! : 0, accumulate ? c[i]! : 0];
        for (const term of terms) {
          expected.values[i]! += term;
          expected.magnitudes[i]! += Math.abs(term);
        }
      }
      expect(sumError(space.read(out, m * n), expected, k)).toBeLessThanOrEqual(1);
    }), { numRuns: 60 });
  });

  it.each([
    [3, 5, 700], [200, 40, 300], [17, 1100, 9], [97, 33, 513],
  ])('blocks [%i x %i], k = %i, in all transpositions', (m, n, k) => {
    const random = Random.seeded(m);
    const [a, b] = [normals(random, m * k), normals(random, k * n)];
    for (const [transA, transB] of [[0, 0], [0, 1], [1, 0], [1, 1]] as const) {
      const space = new Workspace(engine);
      const out = space.room(m * n);
      engine.gemm(transA, transB, m, n, k, space.put(a), transA ? m : k, space.put(b), transB ? k : n, out, n, 0, 0, 1, 0, 0, 0);
      expect(sumError(space.read(out, m * n), product(a, b, m, n, k, transA === 1, transB === 1), k)).toBeLessThanOrEqual(1);
    }
  });

  it('multiplies batches, repeating an operand whose stride is 0, and honours row strides', () => {
    const [batch, m, n, k, lda, ldb, ldc] = [19, 5, 6, 7, 9, 8, 11];
    const random = Random.seeded(3);
    const [a, b] = [normals(random, batch * m * lda), normals(random, k * ldb)];
    const space = new Workspace(engine);
    const out = space.put(new Float32Array(batch * m * ldc).fill(7));
    engine.gemm(0, 0, m, n, k, space.put(a), lda, space.put(b), ldb, out, ldc, 0, 0, batch, m * lda, 0, m * ldc);
    const c = space.read(out, batch * m * ldc);
    const right = Float32Array.from({ length: k * n }, (_, i) => b[Math.floor(i / n) * ldb + (i % n)]!);
    for (let i = 0; i < batch; i++) {
      const left = Float32Array.from({ length: m * k }, (_, j) => a[i * m * lda + Math.floor(j / k) * lda + (j % k)]!);
      const own = Float32Array.from({ length: m * n }, (_, j) => c[i * m * ldc + Math.floor(j / n) * ldc + (j % n)]!);
      expect(sumError(own, product(left, right, m, n, k), k)).toBeLessThanOrEqual(1);
    }
    expect(c.filter((_, i) => i % ldc >= n).every(value => value === 7)).toBe(true);
  });

  it('multiplies small integers exactly', () => {
    const [m, n, k] = [65, 33, 300];
    const random = Random.seeded(9);
    const integers = (count: number): number[] => Array.from({ length: count }, () => random.integer(41) - 20);
    const [a, b] = [integers(m * k), integers(k * n)];
    const space = new Workspace(engine);
    const out = space.room(m * n);
    engine.gemm(0, 0, m, n, k, space.put(a), k, space.put(b), n, out, n, 0, 0, 1, 0, 0, 0);
    expect(Array.from(space.read(out, m * n))).toEqual(product(a, b, m, n, k).values);
  });

  it('gives the gradients of a dense layer, each of them optional', () => {
    const [m, inputs, outputs] = [37, 19, 23];
    const random = Random.seeded(4);
    const [x, w, dy] = [normals(random, m * inputs), normals(random, inputs * outputs), normals(random, m * outputs)];
    const space = new Workspace(engine);
    const [dx, dw, db] = [space.room(m * inputs), space.room(inputs * outputs), space.room(outputs)];
    const [xAt, wAt, dyAt] = [space.put(x), space.put(w), space.put(dy)];
    engine.denseBackward(xAt, wAt, dyAt, dx, dw, db, m, inputs, outputs);
    expect(sumError(space.read(dx, m * inputs), product(dy, w, m, inputs, outputs, false, true), outputs)).toBeLessThanOrEqual(1);
    expect(sumError(space.read(dw, inputs * outputs), product(x, dy, inputs, outputs, m, true), m)).toBeLessThanOrEqual(1);
    expect(sumError(space.read(db, outputs), product(new Float32Array(m).fill(1), dy, 1, outputs, m), m)).toBeLessThanOrEqual(1);
    engine.denseBackward(xAt, wAt, dyAt, 0, 0, 0, m, inputs, outputs);
  });
});
