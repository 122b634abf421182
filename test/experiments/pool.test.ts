import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runPool, type Outcome } from '../../src/experiments/pool.js';
import { temporaryFolder } from '../temporary-folder.js';

interface FakeJob { readonly kind: 'done' | 'failed' | 'crash' | 'kill' | 'wait'; readonly value: number }
interface FakeSetup { readonly log?: string; readonly unusable?: string; readonly crash?: boolean }

const workerPath = join(import.meta.dirname, 'pool-worker.mjs');
const folder = temporaryFolder();
const jobs = (kind: FakeJob['kind'], ...values: number[]): FakeJob[] => values.map(value => ({ kind, value }));

/** Outcomes by the job's value. */
async function run(list: readonly FakeJob[], workers: number, setup: FakeSetup = {}, signal?: AbortSignal): Promise<Map<number, Outcome<number, number>>> {
  const outcomes = new Map<number, Outcome<number, number>>();
  await runPool<FakeSetup, FakeJob, number, number, number>({
    workerPath, setup, jobs: list, workers, signal, onProgress: () => undefined,
    onOutcome: (job, outcome) => { outcomes.set(job.value, outcome); },
  });
  return outcomes;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 20));
}

describe('a pool', () => {
  test('runs every job once, on workers that stay for several', async () => {
    const log = folder.path('started');
    const outcomes = await run(jobs('done', 1, 2, 3, 4, 5, 6), 2, { log });
    expect([...outcomes].sort(([a], [b]) => a - b).map(([value, outcome]) => [value, outcome.status === 'done' && outcome.result]))
      .toEqual([[1, 2], [2, 4], [3, 6], [4, 8], [5, 10], [6, 12]]);
    const pids = readFileSync(log, 'utf8').trim().split('\n').map(Number);
    expect(pids).toHaveLength(2);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('starts no more workers than there are jobs', async () => {
    const log = folder.path('one');
    await run(jobs('done', 1), 8, { log });
    expect(readFileSync(log, 'utf8').trim().split('\n')).toHaveLength(1);
  });

  test('a failed job says why and keeps its worker', async () => {
    const outcomes = await run([...jobs('failed', 1), ...jobs('done', 2)], 1);
    expect(outcomes.get(1)).toMatchObject({ status: 'failed', reason: 'loss is NaN' });
    expect(outcomes.get(2)!.info).toBe(outcomes.get(1)!.info);
  });

  test('a worker that crashes costs its job and is replaced', async () => {
    const outcomes = await run([...jobs('crash', 1), ...jobs('kill', 2), ...jobs('done', 3)], 1);
    expect(outcomes.get(1)).toMatchObject({
      status: 'failed', reason: 'the worker process ended with exit code 3; its last output: out of luck' });
    expect(outcomes.get(2)).toMatchObject({ status: 'failed', reason: 'the worker process ended with signal SIGKILL' });
    expect(outcomes.get(3)).toMatchObject({ status: 'done', result: 6 });
    expect(new Set([...outcomes.values()].map(({ info }) => info)).size).toBe(3);
  });

  test('an abort interrupts what runs, starts nothing more and leaves no process', async () => {
    const controller = new AbortController();
    const log = folder.path('aborted');
    const outcomes = new Map<number, unknown>();
    await runPool<FakeSetup, FakeJob, number, number, number>({
      workerPath, setup: { log }, jobs: [...jobs('done', 1), ...jobs('wait', 2), ...jobs('done', 3)], workers: 1, signal: controller.signal,
      onProgress: job => { if (job.kind === 'wait') controller.abort(); },
      onOutcome: (job, outcome) => { outcomes.set(job.value, outcome); },
    });
    expect([...outcomes.keys()]).toEqual([1]);
    expect(readFileSync(log, 'utf8').trim().split('\n').map(Number).filter(isAlive)).toEqual([]);
  });

  test('an abort before the start starts nothing', async () => {
    const log = folder.path('never');
    expect((await run(jobs('done', 1), 1, { log }, AbortSignal.abort())).size).toBe(0);
    expect(() => readFileSync(log)).toThrow('ENOENT');
  });

  test('a worker that cannot start ends the call with its reason', async () => {
    await expect(run(jobs('done', 1, 2, 3), 2, { unusable: 'backend node does not work here' })).rejects.toThrow('backend node does not work here');
    await expect(run(jobs('done', 1), 1, { crash: true })).rejects.toThrow('the worker process ended with exit code 4');
    await expect(runPool({
      workerPath: folder.path('missing.js'), setup: {}, jobs: jobs('done', 1), workers: 1, onProgress: () => undefined, onOutcome: () => undefined,
    })).rejects.toThrow(/exit code 1; its last output: [^]*Cannot find module/);
  });

  test('what a callback throws ends the call', async () => {
    await expect(runPool({
      workerPath, setup: {}, jobs: [...jobs('done', 1), ...jobs('wait', 2)], workers: 2, onProgress: () => undefined,
      onOutcome: () => { throw new Error('disk full'); },
    })).rejects.toThrow('disk full');
  });

  test('a worker does not outlive a killed parent', async () => {
    const parent = spawn(process.execPath, [
      join(import.meta.dirname, 'pool-parent.mjs'), pathToFileURL(join(import.meta.dirname, '../../dist/experiments/pool.js')).href, workerPath,
    ], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = Number(await new Promise(resolve => parent.stdout.once('data', resolve)));
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await until(() => !isAlive(pid));
  });
});
