import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { presetPlan } from '../../src/binarize/index.js';
import type { ImageSet } from '../../src/data/index.js';
import { readResults, type ResultRow } from '../../src/experiments/index.js';
import type { Job } from '../../src/experiments/grid.js';
import { runJobs, type RunJobsOptions } from '../../src/experiments/run-jobs.js';
import { configHash } from '../../src/training/index.js';
import { temporaryFolder } from '../temporary-folder.js';
import { tinyConfig, tinyData, tinyModel } from '../training/tiny.js';

// The worker is the built one: a pool starts a module, not a source file.
const built = join(import.meta.dirname, '../../dist/experiments');
const folder = temporaryFolder();

function writeSet(part: string, { images, labels, count, height, width }: ImageSet): void {
  const header = (shape: number[]): Buffer => Buffer.concat([Buffer.from([0, 0, 8, shape.length]), ...shape.map(size => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(size);
    return bytes;
  })]);
  writeFileSync(folder.path(`data/${part}-images-idx3-ubyte`), Buffer.concat([header([count, height, width]), images]));
  writeFileSync(folder.path(`data/${part}-labels-idx1-ubyte`), Buffer.concat([header([count]), Uint8Array.from(labels)]));
}

const batchSize = 16;
const steps = 12;
const cells = [{ where: 'mlp', method: 'xnor-net' }, { where: 'all', method: 'bwn' }] as const;
const jobs: Job[] = cells.map(cell => {
  const config = tinyConfig({
    // Ten outputs, as MNIST's labels need; the patterns use four of them.
    model: { ...tinyModel, numClasses: 10 }, plan: presetPlan(cell.where, cell.method), data: { name: 'mnist', validation: 20 },
    batchSize, steps, checkpointEvery: 3,
  });
  return { cell, seed: config.seed, config, configHash: configHash(config) };
});

function options(out: string): RunJobsOptions {
  return { out: folder.path(out), data: 'mnist', dataDir: folder.path('data'), backend: 'cpu', workers: 1, workerPath: join(built, 'worker.js') };
}

/** Rows without what a clock measured, and the bytes of the weights. */
function outcome(out: string): { rows: object[]; weights: string[] } {
  const { rows, damaged } = readResults(folder.path(out));
  expect(damaged).toEqual([]);
  // Several workers end in any order.
  rows.sort((a, b) => a.cell.localeCompare(b.cell));
  return {
    rows: rows.map((row: ResultRow) => ({ ...row, durationMs: 0, imagesPerSecond: 0 })),
    weights: rows.map(row => readFileSync(join(folder.path(out), row.dir, 'model.safetensors'), 'base64')),
  };
}

beforeAll(async () => {
  mkdirSync(folder.path('data'));
  const { train, test: held } = tinyData();
  writeSet('train', train);
  writeSet('t10k', held);
  await runJobs(jobs, options('whole'));
});

test('the real worker trains on the data of a folder and reports what the run folder holds', () => {
  const { rows } = readResults(folder.path('whole'));
  expect(rows.map(({ cell, status, steps: done, backend }) => [cell, status, done, backend]))
    .toEqual([['mlp/xnor-net', 'done', steps, 'cpu'], ['all/bwn', 'done', steps, 'cpu']]);
  for (const row of rows) {
    expect(row.testAccuracy).toBeGreaterThanOrEqual(0);
    expect(row.imagesPerSecond).toBeGreaterThan(0);
    expect(existsSync(join(folder.path('whole'), row.dir, 'metrics.jsonl'))).toBe(true);
  }
});

test('two workers leave the same rows and weights as one', async () => {
  await runJobs(jobs, { ...options('two'), workers: 2 });
  expect(outcome('two')).toEqual(outcome('whole'));
});

test('interrupted in its first and its second run and gone on with, it leaves the same rows and weights', async () => {
  for (const share of [0.2, 1.2]) {
    const controller = new AbortController();
    await runJobs(jobs, {
      ...options('aborted'), signal: controller.signal,
      onProgress: ({ imagesLeft }) => { if (imagesLeft < (2 - share) * steps * batchSize) controller.abort(); },
    });
    expect(readResults(folder.path('aborted')).rows).toHaveLength(Math.floor(share));
  }
  await runJobs(jobs, options('aborted'));
  expect(outcome('aborted')).toEqual(outcome('whole'));
});

test('killed with SIGKILL and gone on with, it leaves the same rows and weights', async () => {
  writeFileSync(folder.path('jobs.json'), JSON.stringify({ jobs, options: options('killed') }));
  const parent = spawn(process.execPath, [
    join(import.meta.dirname, 'interrupted-grid.mjs'), pathToFileURL(join(built, 'run-jobs.js')).href, folder.path('jobs.json'),
  ], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface(parent.stdout)) {
    if (Number(line) > 1.3 * steps * batchSize) parent.kill('SIGKILL');
  }
  expect(readResults(folder.path('killed')).rows).toHaveLength(1);
  await runJobs(jobs, options('killed'));
  expect(outcome('killed')).toEqual(outcome('whole'));
});

test('data or a backend that cannot be used end the call with their reason and leave no row', async () => {
  await expect(runJobs(jobs, { ...options('none'), dataDir: folder.path('nowhere') })).rejects.toThrow('nowhere: expected one of train-images');
  expect(readResults(folder.path('none')).rows).toEqual([]);
});
