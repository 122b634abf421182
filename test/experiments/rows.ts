import type { Where } from '../../src/binarize/index.js';
import type { ResultRow } from '../../src/experiments/index.js';

/** A finished run with the given test accuracy. */
export function doneRow(cell: string, seed: number, testAccuracy: number): ResultRow {
  const [where, method] = cell.split('/') as [Where, ResultRow['method']];
  return {
    configHash: `${cell} ${seed}`, cell, where, method, scaled: false, weightBits: 1, inputBits: 32, seed, learningRate: 0.003,
    status: 'done', reason: null, testAccuracy, validationAccuracy: testAccuracy, testLoss: 1, validationLoss: 1, trainLoss: 1,
    steps: 400, imagesPerSecond: 1000, durationMs: 1000, backend: 'native', dir: `runs/${cell} ${seed}`,
    environment: { node: '20.20.2', platform: 'linux-x64', cpu: 'a processor', binvit: '0.1.0', engine: 'avx2, 1 of 2 cores' },
  };
}

export function failedRow(cell: string, seed: number, reason: string): ResultRow {
  return {
    ...doneRow(cell, seed, 0), status: 'failed', reason, testAccuracy: null, validationAccuracy: null, testLoss: null,
    validationLoss: null, trainLoss: null, imagesPerSecond: null,
  };
}
