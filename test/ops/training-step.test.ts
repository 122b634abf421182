import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { EngineBackend } from '../../src/backend/engine-backend.js';
import { useBackend } from '../../src/backend/index.js';
import { backends } from './on-backends.js';
import { trainBlock } from './step.js';

describe.each(backends)('training steps on %s', name => {
  it('lower the loss, leave no tensor behind and give the same bits again', async () => {
    await useBackend(name);
    const before = tf.memory().numTensors;
    const first = trainBlock(20, true);
    expect(tf.memory().numTensors).toBe(before);
    expect(first.losses.at(-1)).toBeLessThan(0.8 * first.losses[0]!);
    expect(trainBlock(20, true)).toEqual(first);
  });

  it('of a float block follow the loss curve of cpu', async () => {
    await useBackend('cpu');
    const expected = trainBlock(20, false).losses;
    await useBackend(name);
    // Rounding differences of 1e-7 grow over 20 Adam steps, whose direction is a quotient of small numbers.
    trainBlock(20, false).losses.forEach((loss, i) => { expect(Math.abs(loss - expected[i]!)).toBeLessThan(1e-3); });
  });

  it('of a binary block begin with the loss and gradient norm of cpu; later a rounding may flip a sign', async () => {
    await useBackend('cpu');
    const expected = trainBlock(1, true);
    await useBackend(name);
    const actual = trainBlock(1, true);
    expect(actual.losses[0]).toBeCloseTo(expected.losses[0]!, 5);
    expect(actual.norms[0]).toBeCloseTo(expected.norms[0]!, 4);
  });
});

describe.runIf(backends.includes('native'))('training steps on native', () => {
  it('give the same bits with 1, 2 and 3 threads', async () => {
    await useBackend('native');
    const backend = tf.backend();
    if (!(backend instanceof EngineBackend)) throw new Error('native is a backend of the engine');
    const { engine } = backend;
    const before = engine.threads;
    const run = (threads: number): ReturnType<typeof trainBlock> => {
      engine.setThreads(threads);
      return trainBlock(5, true);
    };
    try {
      const one = run(1);
      expect(run(2)).toEqual(one);
      expect(run(3)).toEqual(one);
    } finally {
      engine.setThreads(before);
    }
  });
});
