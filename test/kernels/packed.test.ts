import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/backend/random.js';
import { packedWeightBytes, statusBits, wordsOf, type EngineLibrary, type Offset } from '../../src/kernels/index.js';
import { bitAt, dotProducts, packAbove, packBits, packColumnSigns, packSigns, signedSums, unpackLevels, weightAt, type PackedWeights } from '../../src/kernels/reference.js';
import { engines, excess, normals, Workspace } from './workspace.js';

const shapes = fc.record({
  m: fc.integer({ min: 1, max: 40 }), inputs: fc.integer({ min: 1, max: 200 }), outputs: fc.integer({ min: 1, max: 50 }),
  gap: fc.integer({ min: 0, max: 9 }), shifted: fc.boolean(), rowScaled: fc.boolean(), seed: fc.nat(1e6),
});

/** Bits as the engine left them. */
function readBits(space: Workspace, offset: Offset, count: number): Uint32Array {
  return Uint32Array.from(space.readIntegers(offset, count));
}

/** Random rows of bits with clear pads. */
function randomBits(random: Random, rows: number, inputs: number): Uint32Array {
  return packBits(Array.from({ length: rows * inputs }, () => random.uniform() < 0.5), rows, inputs);
}

function interleaved(engine: EngineLibrary, space: Workspace, signs: Uint32Array, inputs: number, outputs: number): Offset {
  const packed = space.room(packedWeightBytes(inputs, outputs) / 4);
  engine.packWeights(space.putIntegers(Int32Array.from(signs)), packed, inputs, outputs);
  return packed;
}

interface InEngine {
  readonly weights: PackedWeights;
  readonly signs: Offset;
  readonly kept: Offset;
}

/** Random weights of −1 and 1, or of −1, 0 and 1, in the engine. */
function randomWeights(engine: EngineLibrary, space: Workspace, random: Random, inputs: number, outputs: number, ternary: boolean): InEngine {
  const kept = ternary ? randomBits(random, outputs, inputs) : null;
  const signs = randomBits(random, outputs, inputs).map((word, i) => kept === null ? word : word & kept[i]!);
  const [w, mask] = [signs, kept].map(plane => plane === null ? 0 : interleaved(engine, space, plane, inputs, outputs)) as [Offset, Offset];
  return { weights: { signs, kept }, signs: w, kept: mask };
}

describe.each(engines)('packed signs on %s', (_, engine) => {
  it('rows: bit i is x + shift >= 0, both zeros count, pads are clear', () => {
    fc.assert(fc.property(shapes, ({ m, inputs, gap, shifted, seed }) => {
      const random = Random.seeded(seed);
      const stride = inputs + gap;
      const x = normals(random, m * stride);
      x[0] = -0;
      const shift = shifted ? normals(random, inputs) : null;
      const space = new Workspace(engine);
      const bits = space.room(m * wordsOf(inputs));
      expect(engine.packSigns(space.put(x), shift === null ? 0 : space.put(shift), bits, m, inputs, stride)).toBe(0);
      space.read(bits, m * wordsOf(inputs));
      expect(readBits(space, bits, m * wordsOf(inputs))).toEqual(packSigns(x, shift, m, inputs, stride));
    }), { numRuns: 60 });
  });

  it('steps: x above a number or a share of the row maximum, with the mean of what is above', () => {
    fc.assert(fc.property(shapes, ({ m, inputs, shifted, rowScaled, seed }) => {
      const random = Random.seeded(seed);
      const x = normals(random, m * inputs).map(Math.abs);
      if (m > 1) x.fill(0, 0, inputs); // a row without any
      const [threshold, fraction] = shifted ? [0, 0.25] : [0.5, 0];
      const space = new Workspace(engine);
      const [bits, scale] = [space.room(m * wordsOf(inputs)), space.room(m)];
      expect(engine.packAbove(space.put(x), bits, rowScaled ? scale : 0, m, inputs, threshold, fraction)).toBe(0);
      const expected = packAbove(x, m, inputs, threshold, fraction);
      expect(readBits(space, bits, m * wordsOf(inputs))).toEqual(expected.bits);
      // A float32 sum of at most 200 positive values.
      if (rowScaled) expect(excess(space.read(scale, m), expected.rowScale, 0, 200 * 2 ** -24)).toBeLessThanOrEqual(1);
    }), { numRuns: 60 });
  });

  it('products of bits are exact integers: of −1 and 1 or 0 and 1, with weights of −1 and 1 or −1, 0 and 1', () => {
    fc.assert(fc.property(shapes, fc.boolean(), ({ m, inputs, outputs, gap, shifted, rowScaled, seed }, ternary) => {
      const random = Random.seeded(seed);
      const space = new Workspace(engine);
      const x = randomBits(random, m, inputs);
      const bits = space.putIntegers(Int32Array.from(x));
      const { weights, signs, kept } = randomWeights(engine, space, random, inputs, outputs, ternary);
      const [alpha, bias, rowScale] = [normals(random, outputs), normals(random, outputs), normals(random, m)];
      const stride = outputs + gap;
      if (!ternary) {
        const dots = space.room(m * outputs);
        engine.packedDots(bits, signs, dots, m, inputs, outputs);
        expect(space.readIntegers(dots, m * outputs)).toEqual(dotProducts(x, weights, m, inputs, outputs, true));
      }
      for (const name of ['packedGemm', 'packedAndGemm'] as const) {
        const expected = dotProducts(x, weights, m, inputs, outputs, name === 'packedGemm');
        const y = space.room(m * stride);
        engine[name](bits, signs, kept, space.put(alpha), shifted ? space.put(bias) : 0, rowScaled ? space.put(rowScale) : 0, y, m, inputs, outputs, stride);
        const found = space.read(y, m * stride);
        const close = Array.from(expected, (dot, at) => {
          const [row, output] = [Math.floor(at / outputs), at % outputs];
          const value = alpha[output]! * dot * (rowScaled ? rowScale[row]! : 1);
          const shift = shifted ? bias[output]! : 0;
          // Two or three roundings.
          return Math.abs(found[row * stride + output]! - value - shift) <= 3 * 2 ** -24 * (Math.abs(value) + Math.abs(shift)) + 1e-37;
        });
        expect(close).not.toContain(false);
        // Between the rows nothing is written.
        for (let row = 0; row + 1 < m; row++) for (let i = outputs; i < stride; i++) expect(found[row * stride + i]).toBeNaN();
      }
    }), { numRuns: 80 });
  });

  it('bits become the levels that they stand for', () => {
    fc.assert(fc.property(shapes, ({ m, inputs, shifted, rowScaled, seed }) => {
      const random = Random.seeded(seed);
      const [bits, scale] = [randomBits(random, m, inputs), normals(random, m)];
      const space = new Workspace(engine);
      const y = space.room(m * inputs);
      engine.unpackLevels(space.putIntegers(Int32Array.from(bits)), rowScaled ? space.put(scale) : 0, y, m, inputs, 0.7, shifted ? 1 : 0);
      expect(excess(space.read(y, m * inputs), unpackLevels(bits, rowScaled ? scale : null, m, inputs, 0.7, shifted), 1e-37)).toBeLessThanOrEqual(1);
    }), { numRuns: 40 });
  });

  it('columns of a float matrix are packed as the weights that they are', () => {
    fc.assert(fc.property(shapes, ({ m, inputs, outputs, gap, shifted, seed }) => {
      const random = Random.seeded(seed);
      const stride = outputs + gap;
      const v = normals(random, inputs * stride);
      const shift = shifted ? normals(random, outputs) : null;
      const space = new Workspace(engine);
      const weights = space.room(packedWeightBytes(inputs, outputs) / 4);
      expect(engine.packColumnSigns(space.put(v), shift === null ? 0 : space.put(shift), weights, inputs, outputs, stride)).toBe(0);
      const x = randomBits(random, m, inputs);
      const dots = space.room(m * outputs);
      engine.packedDots(space.putIntegers(Int32Array.from(x)), weights, dots, m, inputs, outputs);
      expect(space.readIntegers(dots, m * outputs)).toEqual(
        dotProducts(x, { signs: packColumnSigns(v, shift, inputs, outputs, stride), kept: null }, m, inputs, outputs, true));
    }), { numRuns: 40 });
  });

  it('a float times weights is the sum of floats with their signs, whatever rows are computed with it', () => {
    fc.assert(fc.property(shapes, fc.boolean(), fc.integer({ min: 1, max: 200 }), ({ m, inputs, outputs, gap, shifted, seed }, ternary, size) => {
      const random = Random.seeded(seed);
      const space = new Workspace(engine);
      const x = normals(random, m * inputs);
      const { weights, signs, kept } = randomWeights(engine, space, random, inputs, outputs, ternary);
      const group = Math.min(size, inputs);
      const [alpha, bias] = [normals(random, Math.ceil(inputs / group) * outputs).map(Math.abs), normals(random, outputs)];
      const stride = outputs + gap;
      const [xs, as, bs, y, last] = [space.put(x), space.put(alpha), shifted ? space.put(bias) : 0, space.room(m * stride), space.room(outputs)];
      engine.signGemm(xs, signs, kept, as, bs, y, m, inputs, outputs, group, stride);
      const sums = signedSums(x, weights, alpha, m, inputs, outputs, group);
      const magnitudes = signedSums(x.map(Math.abs), { signs: new Uint32Array(weights.signs.length).fill(0xffffffff), kept: null }, alpha, m, inputs, outputs, group);
      const found = space.read(y, m * stride);
      const close = Array.from(sums, (sum, at) => {
        const [row, output] = [Math.floor(at / outputs), at % outputs];
        const shift = shifted ? bias[output]! : 0;
        // A float32 sum of `inputs` values errs by their number of roundings.
        return Math.abs(found[row * stride + output]! - sum - shift) <= (inputs + 3) * 2 ** -24 * (magnitudes[at]! + Math.abs(shift));
      });
      expect(close).not.toContain(false);
      for (let row = 0; row + 1 < m; row++) for (let i = outputs; i < stride; i++) expect(found[row * stride + i]).toBeNaN();
      engine.signGemm(xs + 4 * (m - 1) * inputs, signs, kept, as, bs, last, 1, inputs, outputs, group, outputs);
      expect(space.read(last, outputs)).toEqual(found.slice((m - 1) * stride, (m - 1) * stride + outputs));
    }), { numRuns: 80 });
  });

  it('floats times signs without factors have the bits of the float product', () => {
    const random = Random.seeded(6);
    const [m, inputs, outputs] = [33, 300, 37];
    const space = new Workspace(engine);
    const [x, bias, y, expected] = [space.put(normals(random, m * inputs)), space.put(normals(random, outputs)), space.room(m * outputs), space.room(m * outputs)];
    const { weights, signs } = randomWeights(engine, space, random, inputs, outputs, false);
    const w = space.put(Float32Array.from({ length: inputs * outputs }, (_value, at) => weightAt(weights, at % outputs, Math.floor(at / outputs), inputs)));
    engine.signGemm(x, signs, 0, 0, bias, y, m, inputs, outputs, inputs, outputs);
    engine.gemm(0, 0, m, outputs, inputs, x, inputs, w, outputs, expected, outputs, bias, 0, 1, 0, 0, 0);
    expect(space.read(y, m * outputs)).toEqual(space.read(expected, m * outputs));
  });

  it('without a row scale the bits are those of the training engine', () => {
    const random = Random.seeded(5);
    const [m, inputs, outputs] = [33, 70, 37];
    const [x, w, bias] = [normals(random, m * inputs), normals(random, inputs * outputs), normals(random, outputs)];
    const space = new Workspace(engine);
    const [trained, effective, alpha] = [space.room(m * outputs), space.room(inputs * outputs), space.room(outputs)];
    const [xs, ws, bs] = [space.put(x), space.put(w), space.put(bias)];
    engine.binaryDenseForward(xs, ws, bs, trained, effective, alpha, m, inputs, outputs, 1, 2);
    const [bits, packed, y] = [space.room(m * wordsOf(inputs)), space.room(packedWeightBytes(inputs, outputs) / 4), space.room(m * outputs)];
    engine.packSigns(xs, 0, bits, m, inputs, inputs);
    engine.packColumnSigns(ws, 0, packed, inputs, outputs, outputs);
    engine.packedGemm(bits, packed, 0, alpha, bs, 0, y, m, inputs, outputs, outputs);
    expect(space.read(y, m * outputs)).toEqual(space.read(trained, m * outputs));
  });

  it('says that an operand is not finite', () => {
    const space = new Workspace(engine);
    const x = space.put([1, NaN, 2, 3]);
    const room = space.room(64);
    expect(engine.packSigns(x, 0, room, 2, 2, 2)).toBe(statusBits.inputNotFinite);
    expect(engine.packAbove(x, room, 0, 2, 2, 0.5, 0)).toBe(statusBits.inputNotFinite);
    expect(engine.packColumnSigns(x, 0, room, 2, 2, 2)).toBe(statusBits.inputNotFinite);
  });
});

it('a bit that was packed is found again', () => {
  fc.assert(fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 200 }), bits => {
    const packed = packBits(bits, 1, bits.length);
    expect(bits.map((_, i) => bitAt(packed, 0, i, bits.length) === 1)).toEqual(bits);
  }));
});
