// Speed of every engine kernel at the shapes of a vit_nano training step (batch 128, 16 tokens, dim 64, 4 heads, MLP ratio 2),
// one thread, warm caches: the best of many calls, since other processes only ever slow one down.
//   npm run build && node bench/kernels/training.mjs [ISA...]      (all that run here unless named; simd128 is the WASM build)
import { estimatorCodes, loadEngine, nativeEngine, nativeInstructionSets, scaleCodes } from '../../dist/kernels/index.js';
import { bestOf } from './best-of.mjs';

const rows = 128 * 16;
const dim = 64;
const hidden = 128;
const heads = 4;
const tokens = 16;

function measure(engine) {
  let end = engine.memory.heapBase;
  const floats = count => {
    const offset = end;
    end += Math.ceil(count / 16) * 64;
    engine.memory.reserve(end);
    const values = new Float32Array(engine.memory.buffer(), offset, count);
    for (let i = 0; i < count; i++) values[i] = Math.sin(1 + i * 0.7) * 1.3;
    return offset;
  };
  const [x, y, dy, dx] = [0, 1, 2, 3].map(() => floats(rows * 192));
  const [w, dw, effective] = [0, 1, 2].map(() => floats(256 * 256));
  const [bias, alpha, gamma] = [0, 1, 2].map(() => floats(256));
  const [mean, rstd] = [0, 1].map(() => floats(rows));
  const probabilities = floats(128 * heads * tokens * tokens);
  const labels = floats(128);
  new Int32Array(engine.memory.buffer(), labels, 128).fill(3);

  const results = [];
  const gemmOf = (name, transA, transB, m, n, k) => {
    const lda = transA ? m : k;
    const ldb = transB ? k : n;
    const ns = bestOf(() => { engine.gemm(transA, transB, m, n, k, x, lda, transB ? w : dy, ldb, y, n, 0, 0, 1, 0, 0, 0); });
    results.push([`gemm ${name} [${m}x${k}]x[${k}x${n}]`, ns, (2 * m * n * k) / ns, 'GFLOPS']);
  };
  gemmOf('NN', 0, 0, rows, 192, 64);
  gemmOf('NN', 0, 0, rows, 64, 128);
  gemmOf('NT', 0, 1, rows, 64, 192);
  gemmOf('NT', 0, 1, rows, 128, 64);
  gemmOf('TN', 1, 0, 64, 192, rows);
  gemmOf('TN', 1, 0, 128, 64, rows);
  gemmOf('NN', 0, 0, 128, 10, 64);

  const binary = (inputs, outputs) => {
    const operations = 2 * rows * inputs * outputs;
    const forward = bestOf(() => {
      engine.binaryDenseForward(x, w, bias, y, effective, alpha, rows, inputs, outputs, 1, scaleCodes.channel);
    });
    results.push([`binaryDenseForward ${inputs}->${outputs}`, forward, operations / forward, 'GOPS']);
    const backward = bestOf(() => {
      engine.binaryDenseBackward(x, w, effective, alpha, dy, dx, dw, gamma, rows, inputs, outputs, 1,
        estimatorCodes.clipped, 0, 0, estimatorCodes.clipped, 0, 0, scaleCodes.channel, 1);
    });
    results.push([`binaryDenseBackward ${inputs}->${outputs}`, backward, (2 * operations) / backward, 'GFLOPS']);
  };
  binary(64, 192);
  binary(64, 64);
  binary(128, 64);

  const perElement = (name, elements, call) => {
    const ns = bestOf(call);
    results.push([name, ns, ns / elements, 'ns/element']);
  };
  const count = rows * hidden;
  perElement('layerNormForward', rows * dim, () => { engine.layerNormForward(x, gamma, bias, y, mean, rstd, rows, dim, 1e-6); });
  perElement('layerNormBackward', rows * dim, () => {
    engine.layerNormBackward(x, gamma, mean, rstd, dy, dx, alpha, bias, rows, dim);
  });
  perElement('attentionForward', rows * dim, () => { engine.attentionForward(x, probabilities, y, 128, tokens, heads, 16); });
  perElement('attentionBackward', rows * dim, () => {
    engine.attentionBackward(x, probabilities, dy, dx, 128, tokens, heads, 16);
  });
  perElement('geluForward', count, () => { engine.geluForward(x, y, count); });
  perElement('geluBackward', count, () => { engine.geluBackward(x, dy, dx, count); });
  perElement('estimatorBackward ede', count, () => { engine.estimatorBackward(x, dy, dx, count, estimatorCodes.ede, 1, 1); });
  perElement('signForward', count, () => { engine.signForward(x, y, count); });
  perElement('add', count, () => { engine.add(x, dy, y, count, count); });
  perElement('add (last axis)', count, () => { engine.add(x, bias, y, count, hidden); });
  perElement('sumAxis (columns)', count, () => { engine.sumAxis(x, y, 1, rows, hidden, 1); });
  perElement('transpose', count, () => { engine.transpose(x, y, 1, rows, hidden, 1); });
  perElement('crossEntropyForward', 1280, () => { engine.crossEntropyForward(x, labels, probabilities, 128, 10, 0.1); });
  perElement('sumOfSquares', count, () => { engine.sumOfSquares(x, count); });
  const table = floats(16);
  new Float64Array(engine.memory.buffer(), table, 8).set([x, x, dy, y, dx, count, 0, 1]);
  new Float32Array(engine.memory.buffer(), dx, count).fill(0.5);
  perElement('adamW', count, () => { engine.adamW(table, 1, 1e-6, 0.9, 0.999, 1e-8, 0.1, 0.001, 1); });
  perElement('call without work', 1, () => { engine.add(x, y, y, 0, 0); });
  return results;
}

const wanted = process.argv.slice(2);
const engines = [...nativeInstructionSets(), 'simd128'].filter(isa => wanted.length === 0 || wanted.includes(isa));
for (const isa of engines) {
  console.log(`\n${isa}`);
  for (const [name, ns, rate, unit] of measure(isa === 'simd128' ? loadEngine('wasm') : nativeEngine(isa))) {
    const digits = unit === 'ns/element' ? 3 : 1;
    console.log(`  ${name.padEnd(36)} ${(ns / 1000).toFixed(1).padStart(9)} us ${rate.toFixed(digits).padStart(9)} ${unit}`);
  }
}
