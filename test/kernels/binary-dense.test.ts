import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Random } from '../../src/backend/random.js';
import { statusBits } from '../../src/kernels/index.js';
import { derivative, product, scalingFactors, sign, sumError } from './reference.js';
import { engines, excess, normals, Workspace } from './workspace.js';

interface Case {
  m: number; inputs: number; outputs: number; inputBinary: number; scale: number; bias: boolean; exact: number;
  inputEstimator: number; weightEstimator: number; seed: number;
}

const cases = fc.record<Case>({
  m: fc.integer({ min: 1, max: 70 }), inputs: fc.integer({ min: 1, max: 100 }), outputs: fc.integer({ min: 1, max: 70 }),
  inputBinary: fc.integer({ min: 0, max: 1 }), scale: fc.integer({ min: 0, max: 2 }), bias: fc.boolean(),
  exact: fc.integer({ min: 0, max: 1 }), inputEstimator: fc.integer({ min: 0, max: 4 }),
  weightEstimator: fc.integer({ min: 0, max: 4 }), seed: fc.nat(1e6),
});

const [p0, p1] = [1.5, 0.8];

function operands({ m, inputs, outputs, seed }: Case): Record<'x' | 'w' | 'b' | 'dy', Float32Array> {
  const random = Random.seeded(seed);
  const x = normals(random, m * inputs);
  // Both zeros count as +1.
  x[0] = 0;
  x[x.length - 1] = -0;
  return { x, w: normals(random, inputs * outputs, 0.5), b: normals(random, outputs), dy: normals(random, m * outputs) };
}

describe.each(engines)('binary dense on %s', (_, engine) => {
  it('is x̂ (alpha ⊙ sign W) + b', () => {
    fc.assert(fc.property(cases, one => {
      const { m, inputs, outputs, inputBinary, scale, bias } = one;
      const { x, w, b } = operands(one);
      const space = new Workspace(engine);
      const [y, effective, alpha] = [space.room(m * outputs), space.room(inputs * outputs), space.room(outputs)];
      const status = engine.binaryDenseForward(
        space.put(x), space.put(w), bias ? space.put(b) : 0, y, effective, alpha, m, inputs, outputs, inputBinary, scale);
      expect(status).toBe(0);

      const factors = space.read(alpha, outputs);
      expect(excess(factors, scalingFactors(w, inputs, outputs, scale), 0, 1e-6)).toBeLessThanOrEqual(1);
      const weight = space.read(effective, inputs * outputs);
      expect(Array.from(weight)).toEqual(Array.from(w, (v, i) => sign(v) * factors[i % outputs]!));
      const signs = Array.from(w, sign);
      const sums = product(inputBinary ? Array.from(x, sign) : x, signs, m, outputs, inputs);
      const errors = Array.from(space.read(y, m * outputs), (value, i) => {
        const [factor, shift] = [factors[i % outputs]!, bias ? b[i % outputs]! : 0];
        // With signs on both sides only alpha · integer + b is rounded, once or twice; a sum of floats errs with its length.
        const roundings = inputBinary ? 2 : inputs + 2;
        const bound = roundings * 2 ** -24 * (factor * sums.magnitudes[i]! + Math.abs(shift));
        return Math.abs(value - (factor * sums.values[i]! + shift)) / (bound + 1e-37);
      });
      expect(Math.max(...errors)).toBeLessThanOrEqual(1);
    }), { numRuns: 60 });
  });

  it('counts signs exactly, beyond what fits a byte or a block', () => {
    for (const [m, inputs, outputs] of [[3, 1, 1], [70, 1055, 40], [2, 4100, 19]] as const) {
      const { x, w } = operands({ m, inputs, outputs, seed: inputs } as Case);
      x.fill(1, 0, inputs); // one row of equal signs: the largest counts
      const space = new Workspace(engine);
      const y = space.room(m * outputs);
      engine.binaryDenseForward(
        space.put(x), space.put(w), 0, y, space.room(inputs * outputs), space.room(outputs), m, inputs, outputs, 1, 0);
      expect(Array.from(space.read(y, m * outputs)))
        .toEqual(product(Array.from(x, sign), Array.from(w, sign), m, outputs, inputs).values);
    }
  });

  it('says which operand holds a NaN or an infinity, wherever it stands', () => {
    const [m, inputs, outputs] = [9, 37, 21];
    for (const bad of [NaN, Infinity, -Infinity]) {
      for (const place of [0, 0.37, 0.61, 1]) {
        const { x, w } = operands({ m, inputs, outputs, seed: 1 } as Case);
        const status = (inputBinary: number): number => {
          const space = new Workspace(engine);
          return engine.binaryDenseForward(space.put(x), space.put(w), 0, space.room(m * outputs),
            space.room(inputs * outputs), space.room(outputs), m, inputs, outputs, inputBinary, 2);
        };
        x[Math.round(place * (x.length - 1))] = bad;
        expect(status(1)).toBe(statusBits.inputNotFinite);
        expect(status(0)).toBe(0);
        w[Math.round(place * (w.length - 1))] = bad;
        expect(status(1)).toBe(statusBits.inputNotFinite | statusBits.weightNotFinite);
        expect(status(0)).toBe(statusBits.weightNotFinite);
      }
    }
  });

  it('has the stated gradients', () => {
    fc.assert(fc.property(cases, one => {
      const { m, inputs, outputs, inputBinary, scale, exact, inputEstimator, weightEstimator } = one;
      const { x, w, dy } = operands(one);
      const space = new Workspace(engine);
      const [dx, dw, db] = [space.room(m * inputs), space.room(inputs * outputs), space.room(outputs)];
      const alpha = Float32Array.from(scalingFactors(w, inputs, outputs, scale));
      const effective = w.map((v, i) => sign(v) * alpha[i % outputs]!);
      engine.binaryDenseBackward(space.put(x), space.put(w), space.put(effective), space.put(alpha), space.put(dy), dx, dw, db,
        m, inputs, outputs, inputBinary, inputEstimator, p0, p1, weightEstimator, p0, p1, scale, exact);

      const beforeSign = product(dy, effective, m, inputs, outputs, false, true);
      if (inputBinary === 0) expect(sumError(space.read(dx, m * inputs), beforeSign, outputs)).toBeLessThanOrEqual(1);
      // The sum's rounding, times slopes of at most 2 beta, and that of the slopes' exp and tanh.
      const expectedDx = beforeSign.values.map((g, i) => (inputBinary ? g * derivative(x[i]!, inputEstimator, p0, p1) : g));
      expect(excess(space.read(dx, m * inputs), expectedDx, 1e-4, 1e-5)).toBeLessThanOrEqual(1);

      const gradient = product(inputBinary ? Array.from(x, sign) : x, dy, inputs, outputs, m, true).values;
      const through = Array.from({ length: outputs }, (_, j) => {
        if (!exact || scale === 0) return 0;
        const block = gradient.map((g, i) => (scale === 1 || i % outputs === j ? g * sign(w[i]!) : 0));
        return block.reduce((a, b) => a + b, 0) / (scale === 1 ? inputs * outputs : inputs);
      });
      const expectedDw = gradient.map((g, i) =>
        alpha[i % outputs]! * g * derivative(w[i]!, weightEstimator, p0, p1) + sign(w[i]!) * through[i % outputs]!);
      expect(excess(space.read(dw, inputs * outputs), expectedDw, 1e-4, 1e-5)).toBeLessThanOrEqual(1);
      const ones = new Float32Array(m).fill(1);
      expect(sumError(space.read(db, outputs), product(ones, dy, 1, outputs, m), m)).toBeLessThanOrEqual(1);
    }), { numRuns: 60 });
  });

  it('takes signs and estimator slopes element by element', () => {
    const count = 1003;
    const x = normals(Random.seeded(5), count);
    x.set([0, -0, 1, -1]);
    const dy = normals(Random.seeded(6), count);
    const space = new Workspace(engine);
    const y = space.room(count);
    expect(engine.signForward(space.put(x), y, count)).toBe(0);
    expect(Array.from(space.read(y, count))).toEqual(Array.from(x, sign));
    for (let code = 0; code <= 4; code++) {
      const dx = space.room(count);
      engine.estimatorBackward(space.put(x), 0, dx, count, code, p0, p1);
      const slopes = Array.from(x, v => derivative(v, code, p0, p1));
      expect(excess(space.read(dx, count), slopes, 1e-6)).toBeLessThanOrEqual(1);
      engine.estimatorBackward(space.put(x), space.put(dy), dx, count, code, p0, p1);
      expect(excess(space.read(dx, count), slopes.map((f, i) => f * dy[i]!), 1e-6, 1e-6)).toBeLessThanOrEqual(1);
    }
    for (const bad of [NaN, Infinity]) {
      x[count - 1] = bad;
      expect(engine.signForward(space.put(x), y, count)).toBe(statusBits.inputNotFinite);
    }
  });
});

describe('engines', () => {
  it('agree in every bit where the result is a sum of signs', () => {
    const [m, inputs, outputs] = [33, 77, 45];
    const { x, w } = operands({ m, inputs, outputs, seed: 2 } as Case);
    const results = engines.map(([, engine]) => {
      const space = new Workspace(engine);
      const y = space.room(m * outputs);
      engine.binaryDenseForward(
        space.put(x), space.put(w), 0, y, space.room(inputs * outputs), space.room(outputs), m, inputs, outputs, 1, 0);
      return Array.from(space.read(y, m * outputs));
    });
    for (const result of results) expect(result).toEqual(results[0]);
  });
});
