import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, describe, expect, it } from 'vitest';
import { availableBackends, type BackendName } from '../../src/backend/index.js';
import { wholeView } from '../../src/data/index.js';
import { DivergedError, evaluate, loadModel, readRun, train, type TrainConfig, type TrainOptions, type TrainSummary } from '../../src/training/index.js';
import { binaryPlan, floatPlan, tinyConfig, tinyData } from './tiny.js';

const root = mkdtempSync(join(tmpdir(), 'binvit training '));
let folders = 0;
const newFolder = (): string => join(root, `run ${++folders}`);
afterAll(() => { rmSync(root, { recursive: true, force: true }); });

const data = tinyData();
const backends = await availableBackends();
const start = (config: TrainConfig, dir: string, options: Partial<TrainOptions> = {}): Promise<TrainSummary> =>
  train(config, { dir, backend: 'cpu', data, ...options });
const modelBytes = (dir: string): Buffer => readFileSync(join(dir, 'model.safetensors'));

/** Stops after `step` updates as a signal does. */
function startUntil(step: number, config: TrainConfig, dir: string, backend: BackendName = 'cpu'): Promise<TrainSummary> {
  const controller = new AbortController();
  return start(config, dir, { backend, signal: controller.signal, onProgress: progress => { if (progress.step === step) controller.abort(); } });
}

/** Fails after `step` updates, without saving. */
async function startAndFail(step: number, config: TrainConfig, dir: string): Promise<void> {
  const failure = start(config, dir, { onProgress: progress => { if (progress.step === step) throw new Error('the power went'); } });
  await expect(failure).rejects.toThrow('the power went');
}

describe('a run', () => {
  it('learns, records itself and leaves no tensor behind', async () => {
    const config = tinyConfig({
      plan: floatPlan, augmentation: null, learningRate: 2e-2, steps: 60, logEvery: 10, statisticsEvery: 30, evaluateEvery: 30,
      checkpointEvery: 15,
    });
    const dir = newFolder();
    const tensors = tf.memory().numTensors;
    const phases = new Set<string>();
    const summary = await start(config, dir, { onProgress: ({ phase }) => phases.add(phase) });
    expect(tf.memory().numTensors).toBe(tensors);
    expect(phases).toEqual(new Set(['training', 'evaluation']));
    expect(summary).toMatchObject({ status: 'done', steps: 60, dir });
    // One of four classes by chance.
    expect(summary.testAccuracy).toBeGreaterThan(0.8);

    const run = readRun(dir);
    expect(run).toMatchObject({
      config, summary, damaged: [],
      status: { status: 'done', step: 60, steps: 60, reason: null, diagnosis: null },
      environment: {
        node: process.version, backend: { name: 'cpu' },
        data: { name: 'patterns', sha256: { train: data.train.sha256, test: data.test.sha256 }, splits: { train: 80, validation: 20, test: 40 } },
      },
    });
    const steps = (kind: string): number[] => run.metrics.filter(row => row.kind === kind).map(row => row.step);
    expect(steps('step')).toEqual([10, 20, 30, 40, 50, 60]);
    expect(steps('layers')).toEqual([30, 60]);
    expect(run.metrics.flatMap(row => (row.kind === 'evaluation' ? [[row.step, row.split]] : [])))
      .toEqual([[30, 'validation'], [60, 'validation'], [60, 'test']]);
    expect(readdirSync(join(dir, 'checkpoints')).sort()).toEqual(['step-00000030.safetensors', 'step-00000045.safetensors']);
  });

  it('can be loaded as a model that gives the recorded test accuracy', async () => {
    const dir = newFolder();
    const summary = await start(tinyConfig(), dir);
    const before = tf.memory().numTensors;
    const model = loadModel(dir);
    const { loss, accuracy } = await evaluate(model, wholeView(data.test), readRun(dir).environment.data.normalization);
    expect([loss, accuracy]).toEqual([summary.testLoss, summary.testAccuracy]);
    model.dispose();
    loadModel(join(dir, 'checkpoints', 'step-00000002.safetensors')).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('saves and evaluates the average of its weights where it keeps one', async () => {
    const [plain, averaged] = [newFolder(), newFolder()];
    const config = tinyConfig({ steps: 12 });
    await start(config, plain);
    const summary = await start({ ...config, averageDecay: 0.9 }, averaged);
    expect(modelBytes(averaged).equals(modelBytes(plain))).toBe(false);
    const model = loadModel(averaged);
    expect(await evaluate(model, wholeView(data.test), readRun(averaged).environment.data.normalization))
      .toEqual({ loss: summary.testLoss, accuracy: summary.testAccuracy });
    model.dispose();
    // The weights that are trained are those of the run without an average.
    const losses = (dir: string): number[] => readRun(dir).metrics.flatMap(row => (row.kind === 'step' ? [row.loss] : []));
    expect(losses(averaged)).toEqual(losses(plain));
  });

  it('gives the same weights from the same configuration, and others from another seed', async () => {
    const [first, again, other] = [newFolder(), newFolder(), newFolder()];
    await start(tinyConfig(), first);
    await start(tinyConfig(), again);
    await start(tinyConfig({ seed: 2 }), other);
    expect(modelBytes(again).equals(modelBytes(first))).toBe(true);
    expect(modelBytes(other).equals(modelBytes(first))).toBe(false);
  });

  it('is not repeated when it is done', async () => {
    const dir = newFolder();
    const summary = await start(tinyConfig(), dir);
    let calls = 0;
    expect(await start(tinyConfig(), dir, { onProgress: () => { calls++; } })).toEqual(summary);
    expect(calls).toBe(0);
  });
});

describe('a resumed run', () => {
  it.each(backends)('on %s ends with the bytes of one that was never interrupted, wherever it stopped', async backend => {
    // 80 training images and batches of 24: the fourth batch crosses into the second epoch.
    const config = tinyConfig({ batchSize: 24, steps: 5, checkpointEvery: 3 });
    const whole = newFolder();
    const summary = await start(config, whole, { backend });
    for (const stop of [1, 2, 3, 4]) {
      const dir = newFolder();
      const interrupted = await startUntil(stop, config, dir, backend);
      expect(interrupted).toMatchObject({ status: 'interrupted', steps: stop, testAccuracy: null });
      expect(readRun(dir)).toMatchObject({ status: { status: 'interrupted', step: stop }, summary: interrupted });
      expect(existsSync(join(dir, 'model.safetensors'))).toBe(false);
      const resumed = await start(config, dir, { backend });
      expect(modelBytes(dir).equals(modelBytes(whole))).toBe(true);
      expect(resumed.trainLoss).toBe(summary.trainLoss);
      expect(readRun(dir).metrics).toEqual(readRun(whole).metrics);
    }
  });

  it('with an average of the weights too', async () => {
    const config = tinyConfig({ averageDecay: 0.99 });
    const [whole, dir] = [newFolder(), newFolder()];
    await start(config, whole);
    await startUntil(3, config, dir);
    await start(config, dir);
    expect(modelBytes(dir).equals(modelBytes(whole))).toBe(true);
  });

  it('with momentum and an annealed estimator too', async () => {
    const annealed = { name: 'ede', tMin: 0.1, tMax: 10 } as const;
    const plan = { ...binaryPlan, rules: binaryPlan.rules.map(rule => ({ ...rule, input: rule.input && { ...rule.input, estimator: annealed } })) };
    const config = tinyConfig({ optimizer: { name: 'sgd', momentum: 0.9 }, plan, learningRate: 0.1 });
    const [whole, dir] = [newFolder(), newFolder()];
    await start(config, whole);
    await startUntil(2, config, dir);
    await start(config, dir);
    expect(modelBytes(dir).equals(modelBytes(whole))).toBe(true);
  });

  it('counts rows that it logs again once, and repairs a torn last row', async () => {
    const config = tinyConfig({ steps: 6 });
    const [whole, dir] = [newFolder(), newFolder()];
    await start(config, whole);
    await startAndFail(5, config, dir);
    expect(readRun(dir)).toMatchObject({ status: { status: 'failed', step: 5, reason: 'the power went' }, summary: null });
    appendFileSync(join(dir, 'metrics.jsonl'), '{"kind":"step","step":6,"lo');
    expect(readRun(dir).damaged).toHaveLength(1);
    await start(config, dir);
    const run = readRun(dir);
    expect(run.damaged).toEqual([]);
    expect(run.metrics).toEqual(readRun(whole).metrics);
    expect(modelBytes(dir).equals(modelBytes(whole))).toBe(true);
  });

  it('takes the checkpoint before a damaged one, and says so when there is no good one', async () => {
    const config = tinyConfig({ steps: 6 });
    const [whole, dir] = [newFolder(), newFolder()];
    await start(config, whole);
    await startAndFail(5, config, dir);
    const checkpoint = (step: number): string => join(dir, 'checkpoints', `step-0000000${step}.safetensors`);
    writeFileSync(checkpoint(4), readFileSync(checkpoint(4)).subarray(0, -4));
    writeFileSync(checkpoint(2), '');
    await expect(start(config, dir)).rejects.toThrow(/step-00000002\.safetensors/);
    rmSync(join(dir, 'checkpoints'), { recursive: true });
    await startAndFail(5, config, dir);
    writeFileSync(checkpoint(4), readFileSync(checkpoint(4)).subarray(0, -4));
    await start(config, dir);
    expect(modelBytes(dir).equals(modelBytes(whole))).toBe(true);
  });

  it('is refused for another configuration or other data, naming the first field that differs', async () => {
    const dir = newFolder();
    await startUntil(1, tinyConfig(), dir);
    await expect(start(tinyConfig({ optimizer: { name: 'adamw', beta1: 0.8, beta2: 0.999, epsilon: 1e-8 } }), dir))
      .rejects.toThrow(/config\.json: the run in this folder has another optimizer\.beta1/);
    const other = { ...data, train: { ...data.train, sha256: '0'.repeat(64) } };
    await expect(start(tinyConfig(), dir, { data: other })).rejects.toThrow(/environment\.json: this run was begun with another data\.train/);
  });
});

describe('a run that diverges', () => {
  it('ends with a diagnosis in status.json', async () => {
    const dir = newFolder();
    const failure = await start(tinyConfig({ plan: floatPlan, learningRate: 1e30, warmup: 0, clipNorm: null, steps: 9 }), dir).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DivergedError);
    const { diagnosis, message } = failure as DivergedError;
    const { status, summary } = readRun(dir);
    expect(status).toMatchObject({ status: 'failed', step: diagnosis.step - 1, reason: message, diagnosis });
    expect(diagnosis.first).not.toBeNull();
    expect(diagnosis.suggestion).toContain('clipNorm');
    expect(summary).toBeNull();
  });
});

describe('data that do not fit', () => {
  it.each([
    [{ model: { ...tinyConfig().model, imgSize: 12 } }, 'the model expects images of 12 x 12 x 1, found 8 x 8 x 1'],
    [{ model: { ...tinyConfig().model, numClasses: 3 } }, 'expected at most model.numClasses = 3 classes, found 4'],
    [{ data: { name: 'patterns', validation: 90 } }, 'data.validation: expected to leave a batch of 16 of 100 training images, found 90'],
  ])('are refused before anything is written: %j', async (change, message) => {
    const dir = newFolder();
    await expect(start(tinyConfig(change), dir)).rejects.toThrow(message);
    expect(existsSync(dir)).toBe(false);
  });
});
