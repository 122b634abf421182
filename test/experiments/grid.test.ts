import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { cellName, gridCells, profiles } from '../../src/experiments/index.js';
import { gridJob, type Job } from '../../src/experiments/grid.js';
import { ImageCounter } from '../../src/experiments/progress.js';
import { buildVit, vitParameters } from '../../src/models/index.js';

const jobs = (seed: number): Job[] => gridCells.map(cell => gridJob(cell, seed, 0.003, profiles.standard, 'mnist'));

describe('the grid', () => {
  test('has 13 cells of distinct configurations, for every seed', () => {
    expect(gridCells.map(cellName)).toEqual([
      'none/float', 'mlp/binaryconnect', 'mlp/bwn', 'mlp/bnn', 'mlp/xnor-net', 'mhsa/binaryconnect', 'mhsa/bwn', 'mhsa/bnn', 'mhsa/xnor-net',
      'all/binaryconnect', 'all/bwn', 'all/bnn', 'all/xnor-net',
    ]);
    expect(new Set([...jobs(1), ...jobs(2)].map(({ configHash }) => configHash)).size).toBe(26);
  });

  test('arms of one seed differ in plan and latent clip alone', () => {
    const rest = jobs(1).map(({ config }) => JSON.stringify({ ...config, plan: null, latentClip: null }));
    expect(new Set(rest).size).toBe(1);
  });

  beforeAll(async () => { await useBackend('cpu'); });

  test('arms of one seed begin with the same float weights', () => {
    const weights = ({ config }: Job): Map<string, string> => {
      const model = buildVit(config.model, config.plan, Random.seeded(config.seed).fork('weights'));
      const values = new Map(vitParameters(model).map(({ name, variable }) => [name, variable.dataSync().join()]));
      model.dispose();
      return values;
    };
    const float = weights(jobs(1)[0]!);
    for (const job of [jobs(1)[4]!, jobs(1)[12]!]) expect(weights(job)).toEqual(float);
    expect(weights(jobs(2)[0]!)).not.toEqual(float);
    tf.disposeVariables();
  });
});

describe('the count of images', () => {
  test('takes a resumed run from where it goes on, and an ended one as over', () => {
    const [first, second] = jobs(1);
    let now = 0;
    const counter = new ImageCounter([first!, second!], () => now);
    expect(counter.read()).toEqual({ imagesDone: 0, imagesLeft: 2 * 400 * 128, imagesPerSecond: null, etaSeconds: null });
    // Step 201 is the first of this call: 200 steps were done before.
    counter.advance(first!, { step: 201, phase: 'training' });
    now = 2000;
    counter.advance(first!, { step: 300, phase: 'training' });
    expect(counter.read()).toEqual({
      imagesDone: 100 * 128, imagesLeft: 500 * 128, imagesPerSecond: 50 * 128, etaSeconds: 10 });
    counter.end(second!);
    expect(counter.read().imagesLeft).toBe(100 * 128);
    counter.end(first!);
    expect(counter.read().imagesLeft).toBe(0);
  });
});
