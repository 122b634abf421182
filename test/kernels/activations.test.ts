import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/backend/random.js';
import { packedWeightBytes, statusBits, wordsOf, type Offset } from '../../src/kernels/index.js';
import { meanMagnitudes, rprelu } from '../../src/kernels/reference.js';
import { engines, excess, normals, Workspace } from './workspace.js';

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 40 }), dim: fc.integer({ min: 1, max: 200 }), gap: fc.integer({ min: 0, max: 9 }),
  shifted: fc.boolean(), deviation: fc.constantFrom(1e-35, 0.1, 1, 12), seed: fc.nat(1e6),
});

describe.each(engines)('activations of packed models on %s', (_, engine) => {
  it('a product, its activation and packing in one have the bits of one after the other, also where GELU underflows', () => {
    fc.assert(fc.property(shapes, fc.integer({ min: 1, max: 300 }), fc.boolean(), fc.boolean(), ({ rows, dim: inputs, shifted, deviation, seed }, outputs, ternary, gelu) => {
      const random = Random.seeded(seed);
      const space = new Workspace(engine);
      const put = (scale: number): Offset => space.put(normals(random, outputs, scale));
      const plane = (count: number): Offset => space.putIntegers(Int32Array.from({ length: count }, () => Math.floor(random.uniform() * 2 ** 32)));
      const x = space.room(rows * wordsOf(inputs));
      engine.packSigns(space.put(normals(random, rows * inputs)), 0, x, rows, inputs, inputs);
      const [signs, kept] = [plane(packedWeightBytes(inputs, outputs) / 4), ternary ? plane(packedWeightBytes(inputs, outputs) / 4) : 0];
      const [alpha, bias, shift] = [put(deviation), put(deviation), shifted ? put(0.1) : 0];
      const channels: [Offset, Offset, Offset] = gelu ? [0, 0, 0] : [put(0.1), put(1), put(0.1)];
      const rowScale = ternary ? space.put(normals(random, rows)) : 0;
      const [y, words] = [space.room(rows * outputs), rows * wordsOf(outputs)];
      const [fused, apart] = [space.room(words), space.room(words)];
      engine.packedGemm(x, signs, kept, alpha, bias, rowScale, y, rows, inputs, outputs, outputs);
      if (gelu) engine.geluForward(y, y, rows * outputs);
      else engine.rpreluForward(y, ...channels, y, rows, outputs);
      expect(engine.packSigns(y, shift, apart, rows, outputs, outputs)).toBe(0);
      expect(engine.packedGemmSigns(x, signs, kept, alpha, bias, rowScale, ...channels, shift, fused, rows, inputs, outputs)).toBe(0);
      space.read(fused, words);
      expect(space.readIntegers(fused, words)).toEqual(space.readIntegers(apart, words));
    }), { numRuns: 100 });
  });

  it.each([['its operand', 0, NaN], ['its operand', 0, Infinity], ['an activation', 1, NaN]])('says that %s is not finite', (_what, at, value) => {
    const space = new Workspace(engine);
    const [bias, before] = [0, 1].map(operand => space.put([1, operand === at ? value : 1, 1])) as [Offset, Offset];
    const [alpha, bits] = [space.put([1, 1, 1]), space.putIntegers(new Int32Array(64))];
    const status = (...channels: [Offset, Offset, Offset]): number => engine.packedGemmSigns(bits, bits, 0, alpha, bias, 0, ...channels, 0, bits, 1, 5, 3);
    expect(status(before, alpha, alpha)).toBe(statusBits.inputNotFinite);
    expect(status(0, 0, 0)).toBe(at === 0 ? statusBits.inputNotFinite : 0);
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
