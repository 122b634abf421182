import { expect, it } from 'vitest';
import { Random } from '../../src/backend/random.js';
import { nativeEngine, nativeInstructionSets, packedWeightBytes, wordsOf, type EngineLibrary, type Offset } from '../../src/kernels/index.js';
import { normals, Workspace } from './workspace.js';

/** Runs kernels at shapes that are cut into several tasks, and returns all they write. */
function everything(engine: EngineLibrary): Float32Array[] {
  const random = Random.seeded(11);
  const space = new Workspace(engine);
  const outputs: [Offset, number][] = [];
  const input = (count: number, deviation = 1): Offset => space.put(normals(random, count, deviation));
  const output = (count: number): Offset => {
    const offset = space.room(count);
    outputs.push([offset, count]);
    return offset;
  };
  const [m, inputs, wide] = [1030, 70, 130];
  const [x, w, dy, bias] = [input(m * inputs), input(inputs * wide), input(m * wide), input(wide)];
  for (const [transA, transB] of [[0, 0], [0, 1], [1, 0], [1, 1]] as const) {
    engine.gemm(transA, transB, m, wide, inputs, x, transA ? m : inputs, w, transB ? inputs : wide, output(m * wide), wide,
      bias, 0, 1, 0, 0, 0);
  }
  engine.gemm(0, 0, 7, 6, 5, x, 5, w, 6, output(100 * 42), 6, 0, 0, 100, 35, 0, 42);
  engine.denseBackward(x, w, dy, output(m * inputs), output(inputs * wide), output(wide), m, inputs, wide);
  const [effective, alpha] = [output(inputs * wide), output(wide)];
  engine.binaryDenseForward(x, w, bias, output(m * wide), effective, alpha, m, inputs, wide, 1, 2);
  engine.binaryDenseBackward(x, w, effective, alpha, dy, output(m * inputs), output(inputs * wide), output(wide),
    m, inputs, wide, 1, 1, 0, 0, 1, 0, 0, 2, 1);
  const [mean, rstd] = [output(m), output(m)];
  engine.layerNormForward(x, w, bias, output(m * inputs), mean, rstd, m, inputs, 1e-6);
  engine.layerNormBackward(x, w, mean, rstd, dy, output(m * inputs), output(inputs), output(inputs), m, inputs);
  const probabilities = output(20 * 4 * 17 * 17);
  const qkv = input(20 * 17 * 3 * 32);
  engine.attentionForward(qkv, probabilities, output(20 * 17 * 32), 20, 17, 4, 8);
  engine.attentionBackward(qkv, probabilities, dy, output(20 * 17 * 96), 20, 17, 4, 8);
  const count = m * wide;
  engine.geluForward(dy, output(count), count);
  engine.geluBackward(dy, dy, output(count), count);
  engine.estimatorBackward(dy, dy, output(count), count, 4, 1, 1);
  engine.signForward(dy, output(count), count);
  engine.softmaxRows(dy, output(count), m, wide);
  engine.softmaxRowsBackward(dy, dy, output(count), m, wide);
  engine.add(dy, bias, output(count), count, wide);
  engine.multiply(dy, dy, output(count), count, count);
  engine.sumAxis(dy, output(wide), 1, m, wide, 1);
  engine.sumAxis(dy, output(count / 10), count / 10 / 5, 10, 5, 1);
  engine.broadcastAxis(dy, output(count), m, 10, 13, 1);
  engine.transpose(dy, output(count), 10, m / 10, wide, 1);
  const table = space.putDoubles([input(count), output(count), dy, output(count), output(count), count, 0, 1]);
  engine.adamW(table, 1, 0.1, 0.9, 0.999, 1e-8, 0.1, 0.001, 1);
  const words = wordsOf(inputs);
  const [bits, packed, scales] = [output(m * words), space.room(packedWeightBytes(inputs, wide) / 4), output(m)];
  engine.packSigns(x, 0, bits, m, inputs, inputs);
  engine.packColumnSigns(w, 0, packed, inputs, wide, wide);
  engine.packedGemm(bits, packed, 0, alpha, bias, 0, output(m * wide), m, inputs, wide, wide);
  engine.packedDots(bits, packed, output(m * wide), m, inputs, wide);
  engine.packAbove(x, output(m * words), scales, m, inputs, 0, 0.5);
  engine.packedAndGemm(bits, packed, 0, alpha, bias, scales, output(m * wide), m, inputs, wide, wide);
  engine.packedGemm(bits, packed, packed, alpha, bias, 0, output(m * wide), m, inputs, wide, wide);
  engine.signGemm(x, packed, 0, alpha, bias, output(m * wide), m, inputs, wide, inputs, wide);
  engine.signGemm(x, packed, packed, alpha, bias, output(m * wide), m, inputs, wide, inputs, wide);
  engine.signGemm(x, packed, 0, input(inputs * wide), bias, output(m * wide), m, inputs, wide, 1, wide);
  engine.unpackLevels(bits, 0, output(m * inputs), m, inputs, 0.5, 1);
  engine.packedGemmSigns(bits, packed, 0, alpha, bias, 0, 0, 0, 0, 0, output(m * wordsOf(wide)), m, inputs, wide);
  engine.packedGemmSigns(bits, packed, packed, alpha, bias, scales, bias, w, bias, w, output(m * wordsOf(wide)), m, inputs, wide);
  engine.rpreluForward(x, w, bias, w, output(m * inputs), m, inputs);
  engine.meanMagnitudes(x, bias, output(m), m, inputs, inputs);
  const [keys, values] = [8 * packedWeightBytes(8, 70) / 4, 8 * packedWeightBytes(70, 8) / 4].map(room => space.room(room)) as [Offset, Offset];
  engine.packedAttention(
    input(2 * 70 * 96), 0, 0, 0, 0, input(140), 0, keys, values, output(2 * 70 * 32), output(2 * 4 * 70 * 70), 2, 70, 4, 8, 0.3, 1, 1, 0, 0.25);
  engine.attentionForward(input(2 * 70 * 96), 0, output(2 * 70 * 32), 2, 70, 4, 8);
  return outputs.map(([offset, length]) => space.read(offset, length));
}

const isas = nativeInstructionSets();

it.skipIf(isas.length === 0)(`every number of threads gives the same bits (${isas.join(', ') || 'skipped: threads are the addon\'s'})`, () => {
  for (const isa of isas) {
    const engine = nativeEngine(isa);
    try {
      const alone = everything(engine);
      for (const threads of [2, 3, 2]) {
        engine.setThreads(threads);
        const together = everything(engine);
        expect(together.length).toBe(alone.length);
        together.forEach((values, i) => { expect(Buffer.from(values.buffer).equals(Buffer.from(alone[i]!.buffer)), `${isa}, ${threads} threads`).toBe(true); });
      }
    } finally {
      engine.setThreads(1);
    }
  }
});
