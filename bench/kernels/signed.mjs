// Floats with binary and ternary weights (W1A32) beside the float product of the same shape, one thread: the three are alternated, and
// the best time of each counts, since other processes only ever slow one down.
//   npm run build && node bench/kernels/signed.mjs [--json FILE] [ISA...]    (all that run here unless named; simd128 is the WASM build)
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';

import { loadEngine, nativeEngine, nativeInstructionSets, packedWeightBytes, wordsOf } from '../../dist/kernels/index.js';

const shapes = [[384, 1152], [768, 3072], [3072, 768], [4096, 4096]];
const rowCounts = [1, 16, 197];
const rounds = 15;
/** Multiplications of a round at least: a few milliseconds. */
const roundMacs = 1e8;

function measure(engine, inputs, outputs, rows) {
  const { heap } = engine;
  const blocks = [];
  const floats = count => {
    const offset = heap.allocate(4 * count);
    blocks.push([offset, 4 * count]);
    heap.float32(offset, count).forEach((_, i, values) => { values[i] = Math.sin(1 + i * 0.7) * 1.3; });
    return offset;
  };
  const [x, y, alpha, bias, weight] = [rows * inputs, rows * outputs, outputs, outputs, inputs * outputs].map(floats);
  const [bits, packed] = [floats(outputs * wordsOf(inputs)), floats(packedWeightBytes(inputs, outputs) / 4)];
  engine.packWeights(bits, packed, inputs, outputs);
  const calls = {
    float: () => { engine.gemm(0, 0, rows, outputs, inputs, x, inputs, weight, outputs, y, outputs, bias, 0, 1, 0, 0, 0); },
    binary: () => { engine.signGemm(x, packed, 0, alpha, bias, y, rows, inputs, outputs, inputs, outputs); },
    ternary: () => { engine.signGemm(x, packed, packed, alpha, bias, y, rows, inputs, outputs, inputs, outputs); },
  };
  const runs = Math.ceil(roundMacs / (rows * inputs * outputs));
  const times = Array.from({ length: rounds }, () => Object.fromEntries(Object.entries(calls).map(([name, call]) => {
    const start = performance.now();
    for (let run = 0; run < runs; run++) call();
    return [name, 1000 * (performance.now() - start) / runs];
  })));
  for (const [offset, bytes] of blocks) heap.free(offset, bytes);
  const best = name => Math.min(...times.map(round => round[name]));
  return { inputs, outputs, rows, microseconds: Object.fromEntries(Object.keys(calls).map(name => [name, best(name)])) };
}

const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });
const results = {};
for (const isa of [...nativeInstructionSets(), 'simd128'].filter(name => positionals.length === 0 || positionals.includes(name))) {
  const engine = isa === 'simd128' ? loadEngine('wasm') : nativeEngine(isa);
  results[isa] = shapes.flatMap(([inputs, outputs]) => rowCounts.map(rows => measure(engine, inputs, outputs, rows)));
  console.log(`\n${isa}\n\n| product | float µs | binary µs | ternary µs | float / binary | float / ternary |\n|---|---|---|---|---|---|`);
  for (const { inputs, outputs, rows, microseconds: { float, binary, ternary } } of results[isa]) {
    console.log(`| ${[`[${rows} × ${inputs}] · [${inputs} × ${outputs}]`, ...[float, binary, ternary].map(time => Number(time.toPrecision(3)).toLocaleString('en')),
      ...[float / binary, float / ternary].map(ratio => ratio.toFixed(2))].join(' | ')} |`);
  }
}
if (values.json !== undefined) {
  const report = { processor: cpus()[0]?.model ?? '', node: process.version, date: new Date().toISOString().slice(0, 10), rounds, results };
  writeFileSync(values.json, `${JSON.stringify(report, (_, value) => typeof value === 'number' ? Number(value.toPrecision(4)) : value, 1)}\n`);
}
