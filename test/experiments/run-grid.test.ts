import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readGrid, readResults, runGrid, type GridProgress, type GridSummary, type RunGridOptions } from '../../src/experiments/index.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder();
const workerPath = join(import.meta.dirname, 'fake-training-worker.mjs');

function run(out: string, changes: Partial<RunGridOptions> = {}): Promise<GridSummary> {
  return runGrid({
    profile: 'quick', data: 'mnist', seeds: 1, workers: 2, out: folder.path(out), workerPath, tablePath: folder.path('no table'), ...changes,
  });
}

describe('the grid', () => {
  test('leaves one row for each cell and seed, in any order, and its plan', async () => {
    const summary = await run('whole');
    expect(summary).toMatchObject({ status: 'done', done: 13, failed: 0, missing: [] });
    expect(summary.rows.map(({ cell }) => cell).slice(0, 3)).toEqual(['none/float', 'mlp/binaryconnect', 'mlp/bwn']);
    expect(summary.record.notes).toContain('mlp/bwn: learning rate 0.003 is the default; it was not tuned on mnist');
    expect(summary.rows[4]).toMatchObject({
      cell: 'mlp/xnor-net', where: 'mlp', method: 'xnor-net', scaled: true, weightBits: 1, inputBits: 1, seed: 1, learningRate: 0.003,
      status: 'done', reason: null, steps: 40, imagesPerSecond: 128, backend: 'native', dir: `runs/${summary.rows[4]!.configHash}`,
      environment: { node: process.versions.node, engine: 'fake' },
    });
    const { record, rows, missing } = readGrid(folder.path('whole'));
    expect({ record, rows, missing }).toEqual({ record: summary.record, rows: summary.rows, missing: [] });
  });

  test('never repeats a finished run', async () => {
    const before = readFileSync(folder.path('whole/results.jsonl'), 'utf8');
    const progress: GridProgress[] = [];
    expect((await run('whole', { onProgress: state => progress.push(state) })).done).toBe(13);
    expect(readFileSync(folder.path('whole/results.jsonl'), 'utf8')).toBe(before);
    expect(progress).toEqual([{ runs: 13, runsDone: 13, runsFailed: 0, imagesDone: 0, imagesLeft: 0, imagesPerSecond: null, etaSeconds: null, running: [] }]);
  });

  test('a killed worker is a failed row with its reason, tried again at the next call', async () => {
    const first = await run('failing', { seeds: 2 });
    expect(first).toMatchObject({ status: 'done', done: 25, failed: 1 });
    expect(first.rows.find(row => row.status === 'failed')).toMatchObject({
      cell: 'mlp/bnn', seed: 2, reason: 'the worker process ended with signal SIGKILL', testAccuracy: null, steps: 0 });
    expect(await run('failing', { seeds: 2 })).toMatchObject({ done: 26, failed: 0 });
    // The failed row stays in the file; the newer one counts.
    expect(readFileSync(folder.path('failing/results.jsonl'), 'utf8').trim().split('\n')).toHaveLength(27);
  });

  test('an interrupted call keeps what is done, and the next one adds the rest', async () => {
    const controller = new AbortController();
    const first = await run('interrupted', { workers: 1, signal: controller.signal, onRow: row => { if (row.cell === 'mlp/bnn') controller.abort(); } });
    expect(first).toMatchObject({ status: 'interrupted', done: 4 });
    expect(first.missing).toHaveLength(9);
    const progress: GridProgress[] = [];
    expect(await run('interrupted', { onProgress: state => progress.push(state) })).toMatchObject({ status: 'done', done: 13 });
    expect(progress[0]).toMatchObject({ runs: 13, runsDone: 4, imagesDone: 0, imagesLeft: 9 * 40 * 128 });
    expect(progress.at(-1)).toMatchObject({ runsDone: 13, imagesLeft: 0, running: [] });
  });

  test('a cut last row is mended and its run repeated', async () => {
    const path = folder.path('whole/results.jsonl');
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, whole.slice(0, -20));
    expect(readResults(folder.path('whole'))).toMatchObject({ damaged: [{ line: 13 }] });
    expect((await run('whole')).done).toBe(13);
    const sorted = (text: string): string[] => text.trim().split('\n').sort();
    expect(sorted(readFileSync(path, 'utf8'))).toEqual(sorted(whole));
  });

  test('rows of another plan and lines that are no row do not count', async () => {
    appendFileSync(folder.path('whole/results.jsonl'), '{"configHash": 3}\n');
    const { rows, damaged, record } = await run('whole', { seeds: 2, profile: 'standard' });
    expect(rows).toHaveLength(26);
    expect(rows.every(row => row.steps === 400 || row.status === 'failed')).toBe(true);
    expect(record.seeds).toEqual([1, 2]);
    expect(damaged[0]!.reason).toMatch(/^result row: configHash: .*expected string/);
  });

  test('a folder without a grid is named', () => {
    expect(() => readGrid(folder.path('nowhere'))).toThrow('nowhere: expected the results of a grid, found no grid.json');
  });
});
