import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { availableBackends, backendNames, useBackend, type BackendName } from '../../src/backend/index.js';

afterEach(() => { vi.unstubAllEnvs(); });

describe('useBackend', () => {
  it('takes the best that works, tells why better ones do not, and makes it the active one', async () => {
    vi.stubEnv('BINVIT_BACKEND', '');
    const info = await useBackend();
    const best = (await availableBackends())[0];
    expect(info.name).toBe(best);
    expect(info.skipped.map(({ name }) => name)).toEqual(backendNames.slice(0, backendNames.indexOf(info.name)));
    for (const { reason } of info.skipped) expect(reason).not.toBe('');
    expect(info.detail).not.toBe('');
    expect(tf.getBackend()).toBe(info.name === 'node' ? 'tensorflow' : info.name);
  });

  it('obeys BINVIT_BACKEND, and its argument above that', async () => {
    vi.stubEnv('BINVIT_BACKEND', 'cpu');
    expect((await useBackend()).name).toBe('cpu');
    vi.stubEnv('BINVIT_BACKEND', 'nonsense');
    expect((await useBackend('cpu')).name).toBe('cpu');
    await expect(useBackend()).rejects.toThrow('BINVIT_BACKEND: expected one of native, node, wasm, cpu, found "nonsense"');
  });

  it('can be called again and changed to and fro', async () => {
    const available = await availableBackends();
    for (const name of [...available, ...[...available].reverse()]) expect((await useBackend(name)).name).toBe(name);
  });

  it('a backend that was asked for and does not work is an error with the reason', async () => {
    const available = await availableBackends();
    for (const name of backendNames.filter(candidate => !available.includes(candidate))) {
      await expect(useBackend(name)).rejects.toThrow(new RegExp(`^backend ${name} does not work here: .{10}`));
    }
  });
});

it('availableBackends leaves the active backend as it was; cpu is always there', async () => {
  await useBackend('cpu');
  const available: BackendName[] = await availableBackends();
  expect(available).toContain('cpu');
  expect(tf.getBackend()).toBe('cpu');
});
