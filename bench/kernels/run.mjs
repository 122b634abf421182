// Speed of the kernels on packed signs at the shapes of DeiT-Ti, -S and -B (197 tokens), one thread and two, warm caches. Rounds
// measure everything again, the limit too, so that what is compared has seen the same hours of a shared machine; of all calls of
// all rounds the best counts, since other processes only ever slow one down.
//   npm run build && node bench/kernels/run.mjs [--rounds 5] [--json FILE] [ISA...]    (all that run here unless named; simd128 is the WASM build)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { loadEngine, nativeEngine, nativeInstructionSets, packedWeightBytes, wordsOf } from '../../dist/kernels/index.js';
import { bestOf } from './best-of.mjs';

const tokens = 197;
const shapes = [[192, 192], [192, 768], [384, 384], [384, 1152], [384, 1536], [1536, 384], [768, 768], [768, 3072], [3072, 768]];
/** What `native/build.mjs` and `native/build-wasm.mjs` compile the kernels with. */
const flags = {
  avx512: ['-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mavx512vpopcntdq', '-mavx2', '-mfma', '-mprefer-vector-width=512'],
  avx2: ['-mavx2', '-mfma'],
  scalar: [],
  neon: [],
  simd128: ['--target=wasm32', '-msimd128', '-nostdlib', '-fvisibility=hidden', '-Wl,--no-entry', '-Wl,--export-dynamic'],
};

/**
 * A measurement of the billions of operations per second of xor, popcount and add on registers alone, or null without a compiler.
 *
 * @param {string} isa
 * @param {string} folder for the program
 */
function arithmeticLimit(isa, folder) {
  const program = join(folder, `limit-${isa}`);
  const source = fileURLToPath(new URL('limit.cpp', import.meta.url));
  const compiler = isa === 'simd128' ? 'clang-14' : process.env.CXX ?? 'c++';
  try {
    execFileSync(compiler, ['-std=c++17', '-O3', '-Wno-psabi', ...flags[isa], source, '-o', program], { stdio: 'pipe' });
  } catch {
    return null;
  }
  if (isa !== 'simd128') return () => Number(execFileSync(program, { encoding: 'utf8' }));
  const { spin, operationsPerRound } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(program))).exports;
  const rounds = 100_000;
  return () => (rounds * operationsPerRound()) / bestOf(() => spin(rounds));
}

/** Arrays of an engine, filled with values around 0. */
function allocator({ heap }) {
  return count => {
    const offset = heap.allocate(4 * count);
    const values = heap.float32(offset, count);
    for (let i = 0; i < count; i++) values[i] = Math.sin(1 + i * 0.7) * 1.3;
    return offset;
  };
}

/** The products to time, and a call that reads memory. */
function products(engine) {
  const floats = allocator(engine);
  const [alpha, bias] = [floats(3072), floats(3072)];
  const y = floats(tokens * 3072);
  const big = floats(1 << 24);
  const calls = shapes.map(([inputs, outputs]) => {
    const words = wordsOf(inputs);
    const [x, signs] = [floats(tokens * words), floats(outputs * words)];
    const weightBytes = packedWeightBytes(inputs, outputs);
    const weights = engine.heap.allocate(weightBytes);
    engine.packWeights(signs, weights, inputs, outputs);
    return {
      inputs, outputs, bytes: weightBytes + 4 * tokens * (words + outputs),
      call: () => { engine.packedGemm(x, weights, 0, alpha, bias, 0, y, tokens, inputs, outputs, outputs); },
    };
  });
  return { calls, read: () => { engine.sumOfSquares(big, 1 << 24); } };
}

/** Best nanoseconds on two threads; infinite where there is one. */
function onTwoThreads(engine, call) {
  if (engine.kind === 'wasm' || availableParallelism() < 2) return Infinity;
  engine.setThreads(2);
  const ns = bestOf(call);
  engine.setThreads(1);
  return ns;
}

/** Calls of everything in a block of DeiT-S besides the products of its dense layers. */
function others(engine) {
  const [dim, hidden, heads] = [384, 1536, 6];
  const floats = allocator(engine);
  const [x, y] = [floats(tokens * 3 * hidden), floats(tokens * 3 * hidden)];
  const [a, b, c] = [floats(hidden), floats(hidden), floats(hidden)];
  const [means, probabilities] = [floats(2 * heads * tokens), floats(heads * tokens * tokens)];
  const bits = engine.heap.allocate(4 * heads * tokens * wordsOf(hidden));
  const signs = engine.heap.allocate(4 * tokens * wordsOf(hidden));
  const weights = engine.heap.allocate(packedWeightBytes(hidden, hidden));
  return {
    'layerNormForward 384': () => { engine.layerNormForward(x, a, b, y, means, means + 4 * tokens, tokens, dim, 1e-6); },
    'packSigns 384': () => { engine.packSigns(x, 0, bits, tokens, dim, dim); },
    'packSigns 1536': () => { engine.packSigns(x, 0, bits, tokens, hidden, hidden); },
    'geluForward 1536': () => { engine.geluForward(x, y, tokens * hidden); },
    'packedGemm 384 -> 1536': () => { engine.packedGemm(bits, weights, 0, a, b, 0, y, tokens, dim, hidden, hidden); },
    'packedGemmSigns 384 -> 1536, GELU': () => { engine.packedGemmSigns(bits, weights, 0, a, b, 0, 0, 0, 0, 0, signs, tokens, dim, hidden); },
    'packedGemmSigns 384 -> 1536, GELU, shifted': () => { engine.packedGemmSigns(bits, weights, 0, a, b, 0, 0, 0, 0, c, signs, tokens, dim, hidden); },
    'packedGemmSigns 384 -> 1536, RPReLU, shifted': () => { engine.packedGemmSigns(bits, weights, 0, a, b, 0, a, b, c, c, signs, tokens, dim, hidden); },
    'rpreluForward 1536': () => { engine.rpreluForward(x, a, b, c, y, tokens, hidden); },
    'meanMagnitudes 1536': () => { engine.meanMagnitudes(x, 0, means, tokens, hidden, hidden); },
    'add 384 (residual)': () => { engine.add(x, y, y, tokens * dim, tokens * dim); },
    'attentionForward, saved': () => { engine.attentionForward(x, probabilities, y, 1, tokens, heads, dim / heads); },
    'attentionForward, not saved': () => { engine.attentionForward(x, 0, y, 1, tokens, heads, dim / heads); },
    'binary Q K, one head': () => { engine.packedGemm(bits, weights, 0, a, 0, 0, probabilities, tokens, dim / heads, tokens, tokens); },
    'softmaxRows, six heads': () => { engine.softmaxRows(x, y, heads * tokens, tokens); },
    'packAbove row maximum, six heads': () => { engine.packAbove(y, bits, means, heads * tokens, tokens, 0, 0.25); },
    'binary P V, one head': () => { engine.packedAndGemm(bits, weights, 0, a, 0, means, y, tokens, tokens, dim / heads, dim); },
    'gemm 384 -> 1152 (float)': () => { engine.gemm(0, 0, tokens, 1152, dim, x, dim, x, 1152, y, 1152, 0, 0, 1, 0, 0, 0); },
    'gemm 768 -> 384 (patches)': () => { engine.gemm(0, 0, tokens - 1, dim, 768, x, 768, x, dim, y, dim, 0, 0, 1, 0, 0, 0); },
  };
}

/** The best of all rounds. */
function measure(isa, rounds, folder) {
  const engine = isa === 'simd128' ? loadEngine('wasm') : nativeEngine(isa);
  const limitOf = arithmeticLimit(isa, folder);
  const { calls, read } = products(engine);
  const rest = Object.entries(others(engine));
  const [one, two, times] = [calls, calls, rest].map(list => list.map(() => Infinity));
  let [limit, reading] = [0, Infinity];
  const keepBest = (best, index, ns) => { best[index] = Math.min(best[index], ns); };
  for (let round = 0; round < rounds; round++) {
    limit = Math.max(limit, limitOf?.() ?? 0);
    reading = Math.min(reading, bestOf(read));
    calls.forEach(({ call }, index) => {
      keepBest(one, index, bestOf(call));
      keepBest(two, index, onTwoThreads(engine, call));
    });
    rest.forEach(([, call], index) => { keepBest(times, index, bestOf(call)); });
  }
  // Gigabytes per second that one thread reads from memory.
  const bandwidth = 2 ** 26 / reading;
  return {
    arithmeticLimitGops: limit === 0 ? null : limit,
    products: calls.map(({ inputs, outputs, bytes }, index) => {
      const [ns, gops] = [one[index], (2 * tokens * inputs * outputs) / one[index]];
      return {
        inputs, outputs, microseconds: ns / 1000, gops, shareOfLimit: limit === 0 ? null : gops / limit, shareOfBandwidth: bytes / ns / bandwidth,
        ...(two[index] === Infinity ? {} : { speedupOfTwoThreads: ns / two[index] }),
      };
    }),
    microseconds: Object.fromEntries(rest.map(([name], index) => [name, times[index] / 1000])),
  };
}

const { values, positionals } = parseArgs({ options: { json: { type: 'string' }, rounds: { type: 'string', default: '5' } }, allowPositionals: true });
const loadBefore = loadavg()[0];
const folder = mkdtempSync(join(tmpdir(), 'binvit-limit-'));
const results = {};
for (const isa of [...nativeInstructionSets(), 'simd128'].filter(name => positionals.length === 0 || positionals.includes(name))) {
  results[isa] = measure(isa, Number(values.rounds), folder);
  const { arithmeticLimitGops, products: rows, microseconds: rest } = results[isa];
  const percent = share => share === null ? '–' : `${(100 * share).toFixed(0)} %`;
  console.log(`\n${isa}: arithmetic limit ${arithmeticLimitGops === null ? 'not measured (no compiler)' : `${arithmeticLimitGops.toFixed(0)} GOPS`}`);
  for (const { inputs, outputs, microseconds, gops, shareOfLimit, shareOfBandwidth, speedupOfTwoThreads } of rows) {
    console.log(`  [${tokens} x ${inputs}] x [${inputs} x ${outputs}]`.padEnd(34), `${microseconds.toFixed(1)} us`.padStart(11),
      `${gops.toFixed(0)} GOPS`.padStart(10), `${percent(shareOfLimit)} of limit`.padStart(15),
      `${percent(shareOfBandwidth)} of bandwidth`.padStart(20), speedupOfTwoThreads === undefined ? '' : `   x ${speedupOfTwoThreads.toFixed(2)} on 2 threads`);
  }
  for (const [name, time] of Object.entries(rest)) console.log(`  ${name.padEnd(46)} ${time.toFixed(1).padStart(9)} us`);
}
rmSync(folder, { recursive: true });
if (values.json !== undefined) {
  const report = {
    processor: cpus()[0]?.model ?? '', node: process.version, date: new Date().toISOString().slice(0, 10), loadAverage: [loadBefore, loadavg()[0]],
    rounds: Number(values.rounds), tokens, results,
  };
  writeFileSync(values.json, `${JSON.stringify(report, (_, value) => typeof value === 'number' ? Number(value.toPrecision(4)) : value, 1)}\n`);
}
