import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { Random } from '../../src/backend/index.js';
import type { ImageSet } from '../../src/data/index.js';
import { readRun, train } from '../../src/training/index.js';
import { tinyConfig, tinyData } from './tiny.js';

const root = mkdtempSync(join(tmpdir(), 'binvit-kill-'));
afterAll(() => { rmSync(root, { recursive: true, force: true }); });

const worker = join(import.meta.dirname, 'kill-worker.mjs');
// A checkpoint after each step: about half of the time goes into saving.
const config = tinyConfig({ steps: 240, checkpointEvery: 1, statisticsEvery: 1 });
const plain = ({ images, labels, ...rest }: ImageSet): object => ({
  ...rest, images: Buffer.from(images).toString('base64'), labels: Buffer.from(labels).toString('base64'),
});

/** Starts the run in `dir` in a process of its own; kills it `afterMs` after its first step, or lets it end. */
async function runInProcess(dir: string, job: string, afterMs: number | null): Promise<NodeJS.Signals | number> {
  const child = spawn(process.execPath, [worker, dir, job], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<NodeJS.Signals | number>(resolve => {
    child.on('exit', (code, signal) => { resolve(signal ?? code ?? -1); });
  });
  if (afterMs !== null) {
    child.stdout.once('data', () => {
      void delay(afterMs).then(() => child.kill('SIGKILL'));
    });
  }
  return ended;
}

it('a run that is killed at 20 random moments ends with the bytes and rows of one that never was', async () => {
  const data = tinyData();
  const job = join(root, 'job.json');
  writeFileSync(job, JSON.stringify({ config, sets: [plain(data.train), plain(data.test)] }));
  const whole = join(root, 'whole');
  await train(config, { dir: whole, backend: 'cpu', data });
  const expected = readFileSync(join(whole, 'model.safetensors'));

  const chain = async (name: string): Promise<void> => {
    const moments = Random.seeded(11).fork(name);
    const dir = join(root, name);
    for (let kill = 0; kill < 10; kill++) {
      expect(await runInProcess(dir, job, moments.uniform() * 120)).toBe('SIGKILL');
    }
    expect(await runInProcess(dir, job, null)).toBe(0);
    expect(readFileSync(join(dir, 'model.safetensors')).equals(expected)).toBe(true);
    expect(readRun(dir).metrics).toEqual(readRun(whole).metrics);
  };
  await Promise.all([chain('a'), chain('b')]);
}, 120_000);
