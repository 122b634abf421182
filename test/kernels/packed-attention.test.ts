import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/backend/random.js';
import { packedWeightBytes, statusBits, wordsOf, type EngineLibrary, type Offset } from '../../src/kernels/index.js';
import { engines, normals, Workspace } from './workspace.js';

interface Shape {
  readonly batch: number;
  readonly tokens: number;
  readonly heads: number;
  readonly headDim: number;
  readonly shifted: boolean;
  readonly tokenScaled: boolean;
  readonly valueScaled: boolean;
  readonly probabilityScaled: boolean;
  readonly fraction: number;
  readonly seed: number;
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  batch: fc.integer({ min: 1, max: 3 }), tokens: fc.integer({ min: 1, max: 90 }), heads: fc.integer({ min: 1, max: 3 }), headDim: fc.integer({ min: 1, max: 70 }),
  shifted: fc.boolean(), tokenScaled: fc.boolean(), valueScaled: fc.boolean(), probabilityScaled: fc.boolean(), fraction: fc.constantFrom(0, 0.25, 0.9), seed: fc.nat(1e6),
});
const [scoreScale, outputScale, threshold] = [0.37, 1.3, 0.02];

interface Operands {
  readonly qkv: Offset;
  readonly shift: Offset;
  readonly queryScale: Offset;
  readonly keyScale: Offset;
  readonly valueScale: Offset;
}

function put(space: Workspace, { batch, tokens, heads, headDim, shifted, tokenScaled, valueScaled, seed }: Shape): Operands {
  const random = Random.seeded(seed);
  const dim = heads * headDim;
  const scales = (present: boolean): Offset => present ? space.put(normals(random, batch * tokens).map(Math.abs)) : 0;
  return {
    qkv: space.put(normals(random, batch * tokens * 3 * dim)), shift: shifted ? space.put(normals(random, dim)) : 0,
    queryScale: scales(tokenScaled), keyScale: scales(tokenScaled), valueScale: scales(valueScaled),
  };
}

function fused(engine: EngineLibrary, space: Workspace, shape: Shape, { qkv, shift, queryScale, keyScale, valueScale }: Operands, seen: boolean): Float32Array[] {
  const { batch, tokens, heads, headDim, probabilityScaled, fraction } = shape;
  const headed = batch * heads * tokens * tokens;
  const [output, probabilities] = [space.room(batch * tokens * heads * headDim), seen ? space.room(headed) : 0];
  const [keys, values] = [packedWeightBytes(headDim, tokens), packedWeightBytes(tokens, headDim)].map(bytes => space.room(batch * heads * bytes / 4)) as [Offset, Offset];
  const status = engine.packedAttention(
    qkv, shift, shift, shift, queryScale, keyScale, valueScale, keys, values, output, probabilities, batch, tokens, heads, headDim, scoreScale, outputScale,
    probabilityScaled ? 1 : 0, threshold, fraction);
  expect(status).toBe(0);
  return [space.read(output, batch * tokens * heads * headDim), ...seen ? [space.read(probabilities, headed)] : []];
}

/** The same head by head, one kernel after the other. */
function apart(engine: EngineLibrary, space: Workspace, shape: Shape, { qkv, shift, queryScale, keyScale, valueScale }: Operands): Float32Array[] {
  const { batch, tokens, heads, headDim, probabilityScaled, fraction } = shape;
  const dim = heads * headDim;
  const output = space.room(batch * tokens * dim);
  const probabilities = space.room(batch * heads * tokens * tokens);
  const [bits, on] = [space.room(tokens * wordsOf(headDim)), space.room(tokens * wordsOf(tokens))];
  const [keys, values] = [space.room(packedWeightBytes(headDim, tokens) / 4), space.room(packedWeightBytes(tokens, headDim) / 4)];
  const rowScale = probabilityScaled ? space.room(tokens) : 0;
  for (let image = 0; image < batch; image++) {
    const ofImage = (scales: Offset): Offset => scales === 0 ? 0 : scales + 4 * image * tokens;
    const factors = keyScale === 0
      ? space.put(new Float32Array(tokens).fill(scoreScale))
      : space.put(engine.heap.float32(ofImage(keyScale), tokens).slice().map(value => scoreScale * value));
    for (let head = 0; head < heads; head++) {
      const at = 4 * head * headDim;
      const from = qkv + 12 * image * tokens * dim + at;
      const moved = shift === 0 ? 0 : shift + at;
      const scores = probabilities + 4 * (image * heads + head) * tokens * tokens;
      engine.packSigns(from + 4 * dim, moved, bits, tokens, headDim, 3 * dim);
      engine.packWeights(bits, keys, headDim, tokens);
      engine.packSigns(from, moved, bits, tokens, headDim, 3 * dim);
      engine.packedGemm(bits, keys, 0, factors, 0, ofImage(queryScale), scores, tokens, headDim, tokens, tokens);
      engine.softmaxRows(scores, scores, tokens, tokens);
      engine.packAbove(scores, on, rowScale, tokens, tokens, threshold, fraction);
      engine.packColumnSigns(from + 8 * dim, moved, values, tokens, headDim, 3 * dim);
      const scale = space.put(new Float32Array(headDim).fill(outputScale));
      const to = output + 4 * image * tokens * dim + at;
      if (valueScale === 0) engine.packedAndGemm(on, values, 0, scale, 0, rowScale, to, tokens, tokens, headDim, dim);
      else {
        const levels = space.room(tokens * tokens);
        engine.unpackLevels(on, rowScale, levels, tokens, tokens, 1, 0);
        engine.multiply(levels, ofImage(valueScale), levels, tokens * tokens, tokens);
        engine.signGemm(levels, values, 0, scale, 0, to, tokens, tokens, headDim, tokens, dim);
      }
    }
  }
  return [space.read(output, batch * tokens * dim), space.read(probabilities, batch * heads * tokens * tokens)];
}

const bytes = (values: Float32Array): string => Buffer.from(values.buffer).toString('base64');

describe.each(engines)('binary attention on %s', (_, engine) => {
  it('has the bits of its kernels one after the other', () => {
    fc.assert(fc.property(shapes, shape => {
      const space = new Workspace(engine);
      const operands = put(space, shape);
      const [output, probabilities] = apart(engine, space, shape, operands).map(bytes);
      expect(fused(engine, space, shape, operands, true).map(bytes)).toEqual([output, probabilities]);
      expect(fused(engine, space, shape, operands, false).map(bytes)).toEqual([output]);
    }), { numRuns: 40 });
  });

  it.each([0, 5, 10])('says that an operand is not finite: element %i', element => {
    const space = new Workspace(engine);
    const values = normals(Random.seeded(1), 12);
    values[element] = NaN;
    expect(engine.packedAttention(space.put(values), 0, 0, 0, 0, 0, 0, space.room(32), space.room(32), space.room(4), 0, 1, 2, 1, 2, 1, 1, 0, 0.5, 0))
      .toBe(statusBits.inputNotFinite);
  });

  it('refuses more than the scratch memory holds', () => {
    expect(() => engine.packedAttention(64, 0, 0, 0, 0, 0, 0, 64, 64, 64, 0, 1, 20_000, 1, 8, 1, 1, 0, 0.5, 0)).toThrow(/20000 tokens with heads of 8/);
  });
});
