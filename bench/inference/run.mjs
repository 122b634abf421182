// Inference of W1A1 ViTs with binary attention products beside float and 8-bit runtimes, alternated in one run.
//   npm run build && (cd bench/inference && ONNXRUNTIME_NODE_INSTALL=skip npm ci)
//   node bench/inference/run.mjs [--rounds 3] [--python python3] [--models vit_nano,deit_small] [--json FILE]
// The Python needs bench/inference/requirements.txt. A contender that cannot start is named with its reason and left out.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import { binaryMacs, readPackedFile, profileModel } from '../../dist/inference/index.js';
import { loadEngine, nativeInstructionSets } from '../../dist/kernels/index.js';
import { mlpHiddenDim, vitPresets } from '../../dist/models/index.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' }, python: { type: 'string', default: 'python3' }, json: { type: 'string' },
    models: { type: 'string', default: 'vit_nano,deit_tiny,deit_small,deit_base' },
  },
});
const here = new URL('.', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'binvit-bench-'));
/** Of one contender in one round. */
const roundMs = 400;

/** The contenders of one setting: command, file and environment. */
function contenders(name, batch, threads) {
  const { imgSize: size, inChans: channels, patchSize: patch, embedDim: dim, depth, numHeads: heads, numClasses: classes, classToken } = vitPresets[name];
  const node = (runtime, file, engine, env = {}) => {
    // binvit takes images with their channels last, the others first.
    const shape = runtime === 'binvit' ? [batch, size, size, channels] : [batch, channels, size, size];
    return { command: [process.execPath, [`${here}contender.mjs`, runtime, file, JSON.stringify({ shape, threads, engine })]], file, env };
  };
  const torch = compile => ({
    command: [options.python, [`${here}peer.py`, JSON.stringify({
      batch, channels, size, patch, dim, depth, heads, hidden: mlpHiddenDim(vitPresets[name]), classes, classToken, threads, compile })]],
    file: null, env: {},
  });
  const packed = join(folder, `${name}.packed.safetensors`);
  const onnx = join(folder, `${name}.onnx`);
  const isas = nativeInstructionSets().filter(isa => isa === nativeInstructionSets()[0] || isa === 'avx2');
  return {
    ...Object.fromEntries(isas.map(isa => [`binvit ${isa}`, node('binvit', packed, 'native', { BINVIT_ISA: isa })])),
    ...(threads === 1 && { 'binvit wasm': node('binvit', packed, 'wasm') }),
    'onnxruntime fp32': node('onnxruntime-node', onnx),
    'onnxruntime int8': node('onnxruntime-node', join(folder, `${name}.int8.onnx`)),
    'PyTorch fp32': torch(false),
    // Half a minute of compilation a model: once is enough to see whether it helps.
    ...(batch === 1 && threads === 1 && { 'PyTorch compiled': torch(true) }),
    ...(batch === 1 && threads === 1 && { 'onnxruntime-web fp32': node('onnxruntime-web', onnx) }),
  };
}

/** Starts a contender; `time(runs)` resolves to milliseconds of each and the peak memory. */
async function start({ command: [program, args], file, env }, threads) {
  // OPENBLAS_CORETYPE would slow the peers' BLAS on some machines.
  const { OPENBLAS_CORETYPE: _, ...own } = process.env;
  const child = spawn(program, args, {
    env: { ...own, OMP_NUM_THREADS: String(threads), BINVIT_THREADS: String(threads), ...env }, stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', data => { stderr += data; });
  child.on('error', error => { stderr = error.message; });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(stderr.split('\n').findLast(line => /error/i.test(line)) ?? 'it ended without a word');
    return JSON.parse(value);
  };
  return {
    ...await read(), bytes: file === null ? null : statSync(file).size,
    time: async runs => { child.stdin.write(`${runs}\n`); return read(); },
    // A process with a model in it takes a part of a second to end, and both cores: what starts beside it would load three times longer.
    stop: () => new Promise(resolve => { child.on('exit', resolve).stdin.end(); }),
  };
}

/** Gigabytes per second of STREAM's add, y = a + b, of arrays that no cache holds: the best of some. */
function streamBandwidth(threads) {
  const count = 2 ** 24;
  const engine = loadEngine('native');
  const [a, b, y] = [0, 1, 2].map(() => engine.heap.allocate(4 * count));
  engine.setThreads(threads);
  const times = Array.from({ length: 8 }, () => {
    const start = performance.now();
    engine.add(a, b, y, count, count);
    return performance.now() - start;
  });
  engine.setThreads(1);
  for (const offset of [a, b, y]) engine.heap.free(offset, 4 * count);
  return 12 * count / Math.min(...times) / 1e6;
}

const quantile = (values, share) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))];
const rows = [];
const profiles = {};
const left = new Set();
const loadBefore = loadavg()[0];
try {
  for (const name of options.models.split(',')) {
    spawnSync(process.execPath, [`${here}models.mjs`, folder, name], { stdio: 'inherit' });
    const quantized = spawnSync(options.python, [`${here}quantize.py`, join(folder, `${name}.onnx`), join(folder, `${name}.int8.onnx`)], { encoding: 'utf8' });
    if (quantized.status !== 0) left.add(`onnxruntime int8: ${(quantized.error?.message ?? quantized.stderr).trim().split('\n').at(-1)}`);
    const file = readPackedFile(join(folder, `${name}.packed.safetensors`));
    const macs = [...binaryMacs(file.program).values()].reduce((sum, count) => sum + count, 0);
    for (const batch of [1, 16]) {
      for (const threads of [1, 2]) {
        const bandwidth = streamBandwidth(threads);
        const running = {};
        for (const [contender, how] of Object.entries(contenders(name, batch, threads))) {
          try {
            const started = await start(how, threads);
            const { times: [first] } = await started.time(1);
            running[contender] = { ...started, runs: Math.max(1, Math.ceil(roundMs / first)), times: [], peakRssMb: 0 };
          } catch (error) {
            left.add(`${contender}: ${error.message}`);
          }
        }
        for (let round = 0; round < Number(options.rounds); round++) {
          for (const contender of Object.values(running)) {
            const { times, peakRssMb } = await contender.time(contender.runs);
            contender.times.push(...times);
            contender.peakRssMb = peakRssMb;
          }
        }
        const peer = running['onnxruntime fp32'] && quantile(running['onnxruntime fp32'].times, 0.5);
        for (const [contender, { times, loadMs, peakRssMb, bytes, detail, stop }] of Object.entries(running)) {
          await stop();
          const ms = quantile(times, 0.5);
          rows.push({
            model: name, batch, threads, contender, detail, ms, fastest: Math.min(...times), tenth: quantile(times, 0.9), timesOnnxruntime: peer === undefined ? null : peer / ms,
            gops: contender.startsWith('binvit') ? 2 * batch * macs / ms / 1e6 : null, loadMs, peakRssMb, bytes, bandwidth,
          });
        }
        console.table(rows.filter(row => row.model === name && row.batch === batch && row.threads === threads)
          .map(({ contender, ms, fastest, tenth, timesOnnxruntime, gops, loadMs, peakRssMb }) =>
            Object.fromEntries(Object.entries({ contender, ms, fastest, tenth, timesOnnxruntime, gops, loadMs, peakRssMb })
              .map(([key, value]) => [key, typeof value === 'number' ? Number(value.toPrecision(3)) : value]))));
      }
    }
    const engine = loadEngine('native');
    const { imgSize, inChans } = file.program;
    const images = Float32Array.from({ length: imgSize ** 2 * inChans }, (_, i) => Math.sin(i * 0.7 + i % 977));
    profiles[name] = { engine: engine.isa, ...profileModel(file, engine, images, 30) };
    writeResults();
  }
} finally {
  rmSync(folder, { recursive: true });
}
for (const reason of left) console.log(`left out: ${reason}`);

/** After every model: a run that is stopped leaves what it has measured. */
function writeResults() {
  if (options.json === undefined) return;
  const record = {
    command: `node bench/inference/run.mjs --rounds ${options.rounds}`, processor: cpus()[0].model, node: process.version,
    loadAverage: [loadBefore, loadavg()[0]], left: [...left], rows, profiles,
  };
  writeFileSync(options.json, `${JSON.stringify(record, (_, value) => typeof value === 'number' ? Number(value.toPrecision(4)) : value, 1)}\n`);
}
