// One runtime with one model. Protocol: the first line printed is JSON; then a line with a number of runs is answered by a line with the
// milliseconds of each and the peak memory.
//   node contender.mjs binvit|onnxruntime-node|onnxruntime-web FILE '{"shape": [batch, channels, height, width], "threads": 1, "engine": "native"}'
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

import { peakMemory } from '../../dist/cli/peak-memory.js';

const [runtime, path, text] = process.argv.slice(2);
const { shape, threads, engine } = JSON.parse(text);
const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i * 0.7 + i % 977));

async function start() {
  if (runtime === 'binvit') {
    const { PackedModel } = await import('../../dist/inference/index.js');
    const { loadEngine } = await import('../../dist/kernels/index.js');
    const library = loadEngine(engine);
    const began = performance.now();
    const model = PackedModel.load(path, library);
    const loadMs = performance.now() - began;
    return { loadMs, detail: library.isa, run: () => model.run(values) };
  }
  const ort = await import(runtime);
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential', graphOptimizationLevel: 'all' };
  if (runtime === 'onnxruntime-web') ort.env.wasm.numThreads = threads;
  const began = performance.now();
  const session = await ort.InferenceSession.create(runtime === 'onnxruntime-web' ? readFileSync(path) : path, options);
  const loadMs = performance.now() - began;
  const feeds = { [session.inputNames[0]]: new ort.Tensor('float32', values, shape) };
  return { loadMs, detail: runtime, run: () => session.run(feeds) };
}

const { loadMs, detail, run } = await start();
await run();
console.log(JSON.stringify({ loadMs, detail }));
for await (const line of createInterface({ input: process.stdin })) {
  const times = [];
  for (let i = 0; i < Number(line); i++) {
    const began = performance.now();
    await run();
    times.push(performance.now() - began);
  }
  console.log(JSON.stringify({ times, peakRssMb: peakMemory() / 2 ** 20 }));
}
