import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { vitParameters, type VitParameter } from '../../src/models/index.js';
import { AdamW } from '../../src/ops/index.js';
import { DivergedError, evaluate, parameterGroups, type TrainConfig } from '../../src/training/index.js';
import { Trainer } from '../../src/training/trainer.js';
import { splitDataset, type TrainingData } from '../../src/training/training-data.js';
import { floatPlan, tinyConfig, tinyData, tinyModel } from './tiny.js';

beforeAll(async () => {
  await useBackend('cpu');
});

function dataFor(config: TrainConfig): TrainingData {
  return splitDataset(tinyData(), config, Random.seeded(3));
}

function trainerFor(config: TrainConfig): { trainer: Trainer; parameters: VitParameter[] } {
  const trainer = new Trainer(config, dataFor(config), Random.seeded(config.seed));
  return { trainer, parameters: vitParameters(trainer.model) };
}

const valuesOf = (parameters: readonly VitParameter[]): Float32Array[] => parameters.map(({ variable }) => variable.dataSync<'float32'>().slice());
const planted = (parameters: readonly VitParameter[], name: string, value: number): void => {
  const { variable } = parameters.find(parameter => parameter.name === name)!;
  tf.tidy(() => {
    const values = variable.dataSync().slice();
    values[3] = value;
    variable.assign(tf.tensor(values, variable.shape));
  });
};

describe('parameter groups', () => {
  it('with zero gradients float matrices decay and all else stays as it is', () => {
    const config = tinyConfig({ weightDecay: 0.1 });
    const { trainer, parameters } = trainerFor(config);
    const trained = parameters.filter(parameter => parameter.trainable);
    const before = valuesOf(trained);
    const optimizer = new AdamW({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
    const zeros = trained.map(({ variable }) => tf.zeros(variable.shape));
    optimizer.step(parameterGroups(parameters, config), zeros, 0.5, 1);
    valuesOf(trained).forEach((values, index) => {
      const factor = trained[index]!.role === 'weight' ? 1 - 0.5 * 0.1 : 1;
      values.forEach((value, place) => {
        // One float32 rounding for the product, one for the difference.
        expect(value).toBeCloseTo(before[index]![place]! * factor, 6);
      });
    });
    expect(new Set(trained.map(({ role }) => role))).toEqual(new Set(['latent', 'weight', 'bias', 'norm', 'position']));
    tf.dispose(zeros);
    optimizer.dispose();
    trainer.dispose();
  });

  it('latent weights decay only when that is asked for', () => {
    const { trainer, parameters } = trainerFor(tinyConfig());
    const decays = (latentWeightDecay: number): Set<number> => new Set(
      parameterGroups(parameters, { weightDecay: 0.1, latentWeightDecay, latentClip: 1 })
        .filter(({ name }) => /fc1\.weight/.test(name)).map(({ decay }) => decay));
    expect(decays(0)).toEqual(new Set([0]));
    expect(decays(0.02)).toEqual(new Set([0.02]));
    trainer.dispose();
  });
});

describe('Trainer.update', () => {
  it('moves the weights by learning rate times the clipped gradient norm', () => {
    const config = tinyConfig({
      optimizer: { name: 'sgd', momentum: 0 }, weightDecay: 0, warmup: 0, learningRate: 0.1, clipNorm: 1e-2, latentClip: null,
    });
    const { trainer, parameters } = trainerFor(config);
    const before = valuesOf(parameters);
    const { gradientNorm, learningRate } = trainer.update(null);
    expect(gradientNorm).toBeGreaterThan(0.01);
    expect(learningRate).toBe(0.1);
    let sum = 0;
    valuesOf(parameters).forEach((values, index) => {
      values.forEach((value, place) => { sum += (value - before[index]![place]!) ** 2; });
    });
    // Weights near 1 (norms) are rounded to 6e-8, a few times 1e-4 of a step of this length at most.
    expect(Math.sqrt(sum) / (0.1 * 0.01)).toBeCloseTo(1, 3);
    trainer.dispose();
  });

  it('keeps latent weights, and only those, within the latent clip', () => {
    const { trainer, parameters } = trainerFor(tinyConfig({ latentClip: 0.01 }));
    trainer.update(null);
    const largest = (role: string): number => Math.max(
      ...parameters.filter(parameter => parameter.role === role).flatMap(({ variable }) => [...variable.dataSync()]).map(Math.abs));
    expect(largest('latent')).toBe(Math.fround(0.01));
    expect(largest('norm')).toBeGreaterThan(0.9);
    trainer.dispose();
  });

  it('smooths labels: the loss is linear in the smoothing', () => {
    const losses = [0, 0.2, 0.4].map(labelSmoothing => {
      const { trainer } = trainerFor(tinyConfig({ labelSmoothing }));
      const { loss } = trainer.update(null);
      trainer.dispose();
      return loss;
    });
    expect(losses[1]).not.toBe(losses[0]);
    // Float32 losses near 1.4.
    expect(losses[2]! - losses[0]!).toBeCloseTo(2 * (losses[1]! - losses[0]!), 5);
  });

  it('averages the weights exponentially, after a warm-up of the decay', async () => {
    const { trainer, parameters } = trainerFor(tinyConfig({ averageDecay: 0.3 }));
    const expected = valuesOf(parameters).map(values => Float64Array.from(values));
    for (let step = 1; step <= 6; step++) {
      trainer.update(null);
      const decay = Math.min(0.3, (1 + step) / (10 + step));
      valuesOf(parameters).forEach((values, index) => {
        expected[index]!.forEach((average, place) => { expected[index]![place] = decay * average + (1 - decay) * values[place]!; });
      });
    }
    const trained = valuesOf(parameters);
    const averaged = await trainer.evaluated(() => Promise.resolve(valuesOf(parameters)));
    expect(valuesOf(parameters)).toEqual(trained);
    const saved = trainer.weights();
    averaged.forEach((values, index) => {
      expect([...saved.get(parameters[index]!.name)!.data]).toEqual([...values]);
      // Six float32 roundings of numbers near 1 at most.
      values.forEach((value, place) => { expect(Math.abs(value - expected[index]![place]!)).toBeLessThan(1e-6); });
    });
    trainer.dispose();
  });

  it('leaks no tensor', () => {
    const before = tf.memory().numTensors;
    const { trainer } = trainerFor(tinyConfig());
    trainer.update(null);
    const inside = tf.memory().numTensors;
    trainer.update(null);
    trainer.layerStatistics();
    trainer.checkpoint();
    expect(tf.memory().numTensors).toBe(inside);
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a non-finite value', () => {
  const failure = (trainer: Trainer): DivergedError => {
    try {
      trainer.update('step-00000004.safetensors');
    } catch (error) {
      if (error instanceof DivergedError) return error;
      throw error;
    }
    throw new Error('expected the update to fail');
  };

  it.each([
    ['a latent weight', tinyConfig({ steps: 9 }), 'blocks.1.mlp.fc1.weight', Infinity],
    ['a float weight', tinyConfig({ steps: 9, plan: floatPlan }), 'blocks.1.mlp.fc1.weight', Infinity],
    ['a norm', tinyConfig({ steps: 9 }), 'blocks.0.norm1.weight', NaN],
  ])('in %s stops the run before an update and is named with step, last good checkpoint and a suggestion', (_, config, name, value) => {
    const { trainer, parameters } = trainerFor(config);
    for (let step = 1; step < 5; step++) trainer.update(null);
    planted(parameters, name, value);
    const before = valuesOf(parameters);
    const tensors = tf.memory().numTensors;
    const { diagnosis, message } = failure(trainer);
    expect(diagnosis).toMatchObject({ step: 5, first: { kind: 'parameter', name }, lastGoodCheckpoint: 'step-00000004.safetensors' });
    expect(message).toContain(`step 5: `);
    expect(message).toContain(`parameter ${name}`);
    expect(message).toContain('learningRate below 0.003');
    expect(valuesOf(parameters)).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
    trainer.dispose();
  });

  it('that arises in a layer is found by a second pass over the same batch', () => {
    const { trainer, parameters } = trainerFor(tinyConfig({ plan: floatPlan }));
    // Finite, but its product with the next layer's input overflows float32.
    const { variable } = parameters.find(({ name }) => name === 'blocks.0.mlp.fc2.weight')!;
    tf.tidy(() => { variable.assign(tf.fill(variable.shape, 3e38)); });
    expect(failure(trainer).diagnosis.first).toMatchObject({ kind: 'activation', name: expect.stringContaining('blocks.0') as string });
    trainer.dispose();
  });
});

describe('evaluate', () => {
  it('changes nothing, gives the same twice, and agrees with tfjs', async () => {
    const config = tinyConfig();
    const { trainer, parameters } = trainerFor(config);
    trainer.update(null);
    const { validation, normalization } = dataFor(config);
    const before = valuesOf(parameters);
    const tensors = tf.memory().numTensors;
    const first = await evaluate(trainer.model, validation, normalization);
    expect(await evaluate(trainer.model, validation, normalization)).toEqual(first);
    expect(valuesOf(parameters)).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);

    const [mean, std] = [normalization.mean[0]!, normalization.std[0]!];
    const [loss, accuracy] = tf.tidy(() => {
      const images = [...validation.indices].map(index => validation.set.images.subarray(index * 64, index * 64 + 64));
      const input = tf.tensor4d(Float32Array.from(images.flatMap(image => [...image])), [validation.count, 8, 8, 1]).div(255).sub(mean).div(std);
      const labels = tf.tensor1d([...validation.indices].map(index => validation.set.labels[index]!), 'int32');
      const logits = trainer.model.predict(input) as tf.Tensor2D;
      return [
        tf.losses.softmaxCrossEntropy(tf.oneHot(labels, tinyModel.numClasses), logits).dataSync()[0],
        logits.argMax(1).equal(labels).mean().dataSync()[0],
      ];
    });
    // Float32 sums on the tfjs side.
    expect(first.loss).toBeCloseTo(loss!, 5);
    expect(first.accuracy).toBeCloseTo(accuracy!, 6);
    trainer.dispose();
  });
});
