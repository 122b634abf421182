import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
const config = tinyConfig({ steps: 100, checkpointEvery: 1, statisticsEvery: 1 });
const plain = ({ images, labels, ...rest }: ImageSet): object => ({
  ...rest, images: Buffer.from(images).toString('base64'), labels: Buffer.from(labels).toString('base64'),
});

const data = tinyData();
const job = join(root, 'job.json');
writeFileSync(job, JSON.stringify({ config, sets: [plain(data.train), plain(data.test)] }));

/** Starts the run in `dir` in a process of its own; sends it a signal `afterMs` after its first step, or lets it end. */
async function runInProcess(dir: string, afterMs: number | null, sent: NodeJS.Signals = 'SIGKILL'): Promise<NodeJS.Signals | number> {
  const child = spawn(process.execPath, [worker, dir, job], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<NodeJS.Signals | number>(resolve => {
    child.on('exit', (code, signal) => { resolve(signal ?? code ?? -1); });
  });
  if (afterMs !== null) {
    child.stdout.once('data', () => {
      void delay(afterMs).then(() => child.kill(sent));
    });
  }
  return ended;
}

it('a run that is killed at 20 random moments ends with the bytes and rows of one that never was', async () => {
  const whole = join(root, 'whole');
  await train(config, { dir: whole, backend: 'cpu', data });
  const expected = readFileSync(join(whole, 'model.safetensors'));

  const expectWhole = (dir: string): void => {
    expect(readFileSync(join(dir, 'model.safetensors')).equals(expected)).toBe(true);
    expect(readRun(dir).metrics).toEqual(readRun(whole).metrics);
  };
  const chain = async (name: string): Promise<void> => {
    const moments = Random.seeded(11).fork(name);
    let dir = join(root, name);
    for (let kills = 0; kills < 10;) {
      if (await runInProcess(dir, moments.uniform() * 100) === 'SIGKILL') {
        kills++;
      } else {
        // It was done first; the next kills hit another run.
        expectWhole(dir);
        dir = join(root, `${name}-${kills}`);
      }
    }
    expect(await runInProcess(dir, null)).toBe(0);
    expectWhole(dir);
  };
  await Promise.all([chain('a'), chain('b')]);
});

it.each([['SIGINT', 130], ['SIGTERM', 143]] as const)('%s finishes the step, saves and ends with exit code %i', async (signal, code) => {
  const dir = join(root, signal);
  expect(await runInProcess(dir, 0, signal)).toBe(code);
  const { status } = readRun(dir);
  expect(status.status).toBe('interrupted');
  expect(existsSync(join(dir, 'checkpoints', `step-${String(status.step).padStart(8, '0')}.safetensors`))).toBe(true);
});
