import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { gelu } from '../../src/ops/index.js';
import { activeEngine, engines, normalValues } from './engines.js';

describe.each(engines)('the backend %s', name => {
  beforeAll(async () => { await useBackend(name); });

  it('hands out copies: what was read stays when its memory is used again', async () => {
    const sum = tf.tensor1d([1, 2, 3]).add(1);
    const read = sum.dataSync();
    const later = await sum.data();
    sum.dispose();
    const other = tf.tensor1d([7, 8, 9]).add(1);
    expect([...read, ...later]).toEqual([2, 3, 4, 2, 3, 4]);
    read[0] = 100;
    expect(Array.from(other.dataSync())).toEqual([8, 9, 10]);
    other.dispose();
  });

  it('keeps shared data until the last tensor over it is gone', () => {
    const a = tf.tensor1d([1, 2, 3]).add(1);
    const [clone, reshaped] = [a.clone(), a.reshape([3, 1])];
    a.dispose();
    const noise = tf.fill([3], 9);
    expect(Array.from(clone.dataSync())).toEqual([2, 3, 4]);
    clone.dispose();
    expect(Array.from(reshaped.dataSync())).toEqual([2, 3, 4]);
    tf.dispose([reshaped, noise]);
  });

  it('a kernel of tfjs that hands an array on does not share memory that is used again', () => {
    const [real, imag] = [tf.tensor1d([1, 2]).add(1), tf.tensor1d([5, 6]).add(1)];
    const complex = tf.complex(real, imag);
    tf.dispose([real, imag]);
    const noise = [tf.fill([2], 9), tf.fill([2], 9)];
    expect(Array.from(complex.dataSync())).toEqual([2, 6, 3, 7]);
    tf.dispose([complex, noise]);
  });

  it('reserves no memory for a training step that it has run before', () => {
    const weight = tf.variable(tf.tensor(normalValues(Random.seeded(1), 48), [6, 8]));
    const optimizer = tf.train.adam(0.01);
    const step = (): void => {
      tf.tidy(() => {
        const input = tf.tensor(normalValues(Random.seeded(2), 30), [5, 6]);
        optimizer.minimize(() => tf.matMul(input, weight).softmax().square().mean(), false, [weight]);
      });
    };
    step();
    step();
    const reserved = activeEngine().heap.reservedBytes;
    const { numTensors } = tf.memory();
    for (let i = 0; i < 20; i++) step();
    expect(activeEngine().heap.reservedBytes).toBe(reserved);
    expect(tf.memory().numTensors).toBe(numTensors);
    optimizer.dispose();
    weight.dispose();
  });

  it('data that was written before the memory grew is still there', () => {
    const small = tf.tensor1d([1, 2, 3]).add(1);
    const large = tf.fill([3_000_000], 2).add(tf.scalar(1));
    expect(Array.from(small.square().dataSync())).toEqual([4, 9, 16]);
    expect(large.dataSync().at(-1)).toBe(3);
    tf.dispose([small, large]);
  });

  it('tensors move to and from cpu when they are used there', async () => {
    const made = tf.tensor1d([1, 2, 3]).add(1);
    await useBackend('cpu');
    const there = made.mul(2);
    await useBackend(name);
    const back = there.add(made);
    expect(Array.from(back.dataSync())).toEqual([6, 9, 12]);
    tf.dispose([made, there, back]);
  });

  it('stores strings, booleans and complex numbers as cpu does', () => {
    tf.tidy(() => {
      expect(Array.from(tf.tensor1d(['größe', '']).dataSync<'string'>())).toEqual(['größe', '']);
      expect(Array.from(tf.tensor1d([true, false]).logicalNot().dataSync())).toEqual([0, 1]);
      expect(Array.from(tf.complex([1, 2], [3, 4]).dataSync())).toEqual([1, 3, 2, 4]);
      expect(tf.buffer([2], 'float32', new Float32Array([5, 6])).toTensor().bufferSync().get(1)).toBe(6);
    });
  });

  it('an engine kernel refuses integers where it reads floats', () => {
    tf.tidy(() => { expect(() => gelu(tf.tensor1d([1, 2], 'int32'))).toThrow('expected a tensor of float32, found one of int32'); });
  });

  it('trains, predicts with and saves models of tf.layers', async () => {
    const trained = async (backend: typeof name): Promise<number[]> => {
      await useBackend(backend);
      const before = tf.memory().numTensors;
      const seeded = (seed: number): tf.serialization.ConfigDict & ReturnType<typeof tf.initializers.glorotUniform> =>
        tf.initializers.glorotUniform({ seed }) as never;
      const model = tf.sequential({
        layers: [
          tf.layers.conv2d({ inputShape: [6, 6, 1], filters: 4, kernelSize: 3, activation: 'relu', kernelInitializer: seeded(1) }),
          tf.layers.flatten(),
          tf.layers.dense({ units: 8, kernelInitializer: seeded(2) }),
          tf.layers.layerNormalization(),
          tf.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: seeded(3) }),
        ],
      });
      const optimizer = tf.train.sgd(0.1);
      model.compile({ optimizer, loss: 'categoricalCrossentropy' });
      const images = tf.tensor(normalValues(Random.seeded(3), 12 * 36), [12, 6, 6, 1]);
      const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2], 'int32'), 3);
      const history = await model.fit(images, labels, { epochs: 3, batchSize: 4, shuffle: false });
      const predicted = model.predict(images) as tf.Tensor;
      const losses = [...(history.history.loss as number[]), ...predicted.dataSync()];
      let saved: tf.io.ModelArtifacts | undefined;
      await model.save(tf.io.withSaveHandler(artifacts => {
        saved = artifacts;
        return Promise.resolve({ modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) });
      }));
      const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved!));
      const again = loaded.predict(images) as tf.Tensor;
      expect(Array.from(again.dataSync())).toEqual(Array.from(predicted.dataSync()));
      tf.dispose([images, labels, predicted, again]);
      model.dispose();
      loaded.dispose();
      optimizer.dispose();
      // tfjs itself leaves tensors of `compile` behind; ours are no more than cpu's.
      return [...losses, tf.memory().numTensors - before];
    };
    const expected = await trained('cpu');
    const actual = await trained(name);
    expect(actual).toHaveLength(expected.length);
    actual.forEach((value, i) => { expect(value).toBeCloseTo(expected[i]!, 4); });
  });
});

describe.runIf(engines.includes('native'))('threads of the native engine', () => {
  it('change no bit of a matrix product, a softmax and a sum', async () => {
    await useBackend('native');
    const { engine } = activeEngine();
    const before = engine.threads;
    const values = normalValues(Random.seeded(4), 301 * 257);
    const compute = (threads: number): number[] => tf.tidy(() => {
      engine.setThreads(threads);
      const x = tf.tensor(values, [301, 257]);
      const product = tf.matMul(x, x, true, false);
      return [product, product.softmax(), product.sum(0), product.transpose()].flatMap(tensor => Array.from(tensor.dataSync()));
    });
    try {
      expect(compute(2)).toEqual(compute(1));
      expect(compute(3)).toEqual(compute(1));
    } finally {
      engine.setThreads(before);
    }
  });
});
