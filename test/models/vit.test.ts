import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { availableBackends, Random, useBackend } from '../../src/backend/index.js';
import { methodNames, methods, presetPlan, type BinarizationPlan } from '../../src/binarize/index.js';
import { binaryLayers, buildVit, forward, setProgress, vitParameters, vitPresets, type VitConfig } from '../../src/models/index.js';
import { NonFiniteError, softmaxCrossEntropy } from '../../src/ops/index.js';

const tiny: VitConfig = { ...vitPresets.vit_nano, imgSize: 8, patchSize: 4, embedDim: 12, numHeads: 2, depth: 2, numClasses: 5 };
const float = presetPlan('none', 'xnor-net');
const full = presetPlan('all', 'xnor-net', { attentionProducts: true });
const everyMethod = methodNames.map(method =>
  presetPlan('all', method, { attentionProducts: methods[method].attention !== null }));

/** `[count, 8, 8, 1]`, the same for the same seed. */
function testImages(count: number, seed = 7): tf.Tensor4D {
  const random = Random.seeded(seed);
  return tf.tensor4d(Float32Array.from({ length: count * 64 }, () => random.normal()), [count, 8, 8, 1]);
}

function build(plan: BinarizationPlan, config = tiny, seed = 1): tf.LayersModel {
  return buildVit(config, plan, Random.seeded(seed));
}

function weightsOf(model: tf.LayersModel): Map<string, number[]> {
  return new Map(vitParameters(model).map(({ name, variable }) => [name, [...variable.dataSync()]]));
}

async function saveAndLoad(model: tf.LayersModel): Promise<tf.LayersModel> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(tf.io.withSaveHandler(async saved => {
    // Through text, as a file would have it.
    artifacts = { ...saved, modelTopology: JSON.parse(JSON.stringify(saved.modelTopology)) as object };
    return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
  }));
  return tf.loadLayersModel(tf.io.fromMemory(artifacts!));
}

beforeEach(async () => {
  await useBackend('cpu');
  tf.engine().startScope();
});

afterEach(() => {
  tf.engine().endScope();
});

describe('vitParameters', () => {
  it("are timm's, in order, whatever else the process has built", () => {
    build(full).dispose();
    const block = (i: number): string[] => ['norm1.weight', 'norm1.bias', 'attn.qkv.weight', 'attn.qkv.bias', 'attn.proj.weight',
      'attn.proj.bias', 'norm2.weight', 'norm2.bias', 'mlp.fc1.weight', 'mlp.fc1.bias', 'mlp.fc2.weight', 'mlp.fc2.bias']
      .map(name => `blocks.${i}.${name}`);
    expect(vitParameters(build(full, { ...tiny, classToken: true, globalPool: 'token' })).map(({ name }) => name)).toEqual([
      'patch_embed.proj.weight', 'patch_embed.proj.bias', 'cls_token', 'pos_embed', ...block(0), ...block(1), 'norm.weight', 'norm.bias',
      'head.weight', 'head.bias',
    ]);
  });

  it('tell role, site and block', () => {
    const parameters = vitParameters(build(presetPlan('mlp', 'react')));
    const about = (wanted: string): unknown => {
      const { role, site, block, trainable } = parameters.find(({ name }) => name === wanted)!;
      return [role, site, block, trainable];
    };
    expect(about('blocks.1.mlp.fc1.weight')).toEqual(['latent', 'fc1', 1, true]);
    expect(about('blocks.1.attn.qkv.weight')).toEqual(['weight', 'qkv', 1, true]);
    expect(about('blocks.0.mlp.fc2.bias')).toEqual(['bias', 'fc2', 0, true]);
    expect(about('blocks.0.mlp.fc1.input.shift')).toEqual(['shift', 'fc1', 0, true]);
    expect(about('blocks.0.mlp.act.slope')).toEqual(['scale', null, 0, true]);
    expect(about('fc_norm.weight')).toEqual(['norm', null, null, true]);
    expect(about('pos_embed')).toEqual(['position', null, null, true]);
    expect(about('head.weight')).toEqual(['weight', 'head', null, true]);
  });

  it('start equal in every plan with the same seed, and differ between seeds', () => {
    const reference = weightsOf(build(float));
    for (const plan of everyMethod) {
      const weights = weightsOf(build(plan));
      for (const [name, values] of reference) expect(weights.get(name), `${plan.name} ${name}`).toEqual(values);
    }
    expect(weightsOf(build(float, tiny, 2)).get('head.weight')).not.toEqual(reference.get('head.weight'));
  });

  it('draw weight matrices with the variance 1/(3 inputs), cut at two standard deviations', () => {
    const weights = weightsOf(build(float, { ...tiny, embedDim: 64 })).get('blocks.0.mlp.fc1.weight')!;
    const rms = Math.sqrt(weights.reduce((sum, w) => sum + w * w, 0) / weights.length);
    // 0.880 is the standard deviation of a standard normal cut at 2; 8,192 draws leave about 1 % of noise.
    expect(rms * Math.sqrt(3 * 64)).toBeCloseTo(0.88, 1);
    expect(Math.max(...weights.map(Math.abs))).toBeLessThanOrEqual(2 / Math.sqrt(3 * 64));
  });
});

describe.each(await availableBackends())('on %s', backend => {
  beforeEach(() => useBackend(backend));

  it('forward computes what predict does, for every method', () => {
    const images = testImages(3);
    for (const plan of everyMethod) {
      const model = build(plan);
      const logits = forward(model, images, { training: false });
      expect(logits.shape).toEqual([3, 5]);
      expect([...logits.dataSync()], plan.name).toEqual([...(model.predict(images) as tf.Tensor).dataSync()]);
      model.dispose();
    }
  });

  it('forward leaves only its result behind, and a training step only its gradients', () => {
    const images = testImages(3);
    const labels = tf.tensor1d([0, 1, 2], 'int32');
    for (const plan of everyMethod) {
      const model = build(plan, { ...tiny, dropPath: 0.5 });
      const variables = vitParameters(model).map(({ variable }) => variable);
      const context = { training: true, random: Random.seeded(1) };
      // The first batch sets elastic factors.
      forward(model, images, context).dispose();
      const before = tf.memory().numTensors;
      forward(model, images, context).dispose();
      expect(tf.memory().numTensors, plan.name).toBe(before);
      const { value, grads } = tf.variableGrads(() => softmaxCrossEntropy(forward(model, images, context), labels, 0), variables);
      expect(Object.keys(grads).length, plan.name).toBe(variables.length);
      tf.dispose([value, ...Object.values(grads)]);
      expect(tf.memory().numTensors, plan.name).toBe(before);
      model.dispose();
    }
  });

  it('save and load keep logits, names, values and metadata', async () => {
    const images = testImages(3);
    for (const plan of [float, presetPlan('mlp', 'xnor-net'), ...everyMethod]) {
      const model = build(plan, { ...tiny, depth: 1, dropPath: 0.1, classToken: true, globalPool: 'token' });
      forward(model, images, { training: true, random: Random.seeded(1) });
      const loaded = await saveAndLoad(model);
      expect(weightsOf(loaded), plan.name).toEqual(weightsOf(model));
      expect([...forward(loaded, images, { training: false }).dataSync()])
        .toEqual([...forward(model, images, { training: false }).dataSync()]);
      expect(loaded.getUserDefinedMetadata()).toEqual(model.getUserDefinedMetadata());
      expect(binaryLayers(loaded).map(({ name }) => name)).toEqual(binaryLayers(model).map(({ name }) => name));
    }
  });

  it('a frozen block stays frozen through save and load, with its weights', async () => {
    const model = build(full);
    model.getLayer('blocks.1').trainable = false;
    const loaded = await saveAndLoad(model);
    expect(weightsOf(loaded)).toEqual(weightsOf(model));
    for (const { name, block, trainable } of vitParameters(loaded)) expect(trainable, name).toBe(block !== 1);
  });

  it('fit trains it', async () => {
    for (const plan of [float, presetPlan('all', 'xnor-net')]) {
      const model = build(plan, { ...tiny, dropPath: 0.1 });
      model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
      const { history } = await model.fit(testImages(8), tf.eye(8, 5), { epochs: 12, batchSize: 4, shuffle: false });
      const loss = history.loss as number[];
      expect(loss.at(-1)!, plan.name).toBeLessThan(loss[0]! / 2);
    }
  });
});

describe('gradients', () => {
  it('of a float ViT are those of finite differences', () => {
    const model = build(float, { ...tiny, classToken: true, globalPool: 'token' });
    const images = testImages(2);
    const labels = tf.tensor1d([1, 4], 'int32');
    const loss = (): tf.Scalar => softmaxCrossEntropy(forward(model, images, { training: true }), labels, 0.1);
    // Away from the start, where tokens are so small that LayerNorm bends within a step.
    const random = Random.seeded(3);
    for (const { variable } of vitParameters(model)) {
      variable.assign(tf.add(variable, tf.tensor(Float32Array.from({ length: variable.size }, () => 0.3 * random.normal()), variable.shape)));
    }
    const { grads } = tf.variableGrads(loss, vitParameters(model).map(({ variable }) => variable));
    for (const { name, variable } of vitParameters(model)) {
      // Along one random direction of length 1 per parameter: d loss / dt = <gradient, direction>.
      const start = variable.clone();
      const drawn = tf.tensor(Float32Array.from({ length: variable.size }, () => random.normal()), variable.shape);
      const direction = tf.div(drawn, tf.norm(drawn));
      const step = 0.01;
      const lossAt = (t: number): number => {
        variable.assign(tf.add(start, tf.mul(direction, t)));
        return loss().dataSync()[0]!;
      };
      const numeric = (lossAt(step) - lossAt(-step)) / (2 * step);
      variable.assign(start);
      const analytic = tf.sum(tf.mul(grads[variable.name]!, direction)).dataSync()[0]!;
      // Losses near 1.6 are exact to some 5e-7 in float32, which divided by two steps is 2.5e-5.
      expect(Math.abs(numeric - analytic), name).toBeLessThan(1e-4 + 2e-3 * Math.abs(analytic));
    }
  });
});

describe('binaryLayers', () => {
  it('of an MLP plan of depth 4 are exactly its 8 matrices', () => {
    const names = binaryLayers(build(presetPlan('mlp', 'xnor-net'), { ...tiny, depth: 4 })).map(({ name }) => name);
    expect(names).toEqual([0, 1, 2, 3].flatMap(block => [`blocks.${block}.mlp.fc1`, `blocks.${block}.mlp.fc2`]));
  });

  it('have a binary view of levels -1 and 1, and an effective weight that is exactly scale times binary', () => {
    for (const plan of everyMethod.filter(({ name }) => !/twn|b1\.58/.test(name))) {
      const layers = binaryLayers(build(plan));
      expect(layers.length, plan.name).toBeGreaterThanOrEqual(8);
      for (const layer of layers) {
        expect(new Set(layer.binary().dataSync()), `${plan.name} ${layer.name}`).toEqual(new Set([-1, 1]));
        const product = tf.mul(layer.scale(), layer.binary());
        expect([...layer.effective().dataSync()]).toEqual([...product.dataSync()]);
        expect(layer.latent().shape).toEqual(layer.binary().shape);
      }
    }
  });

  it('give q, k and v one scale each where it is per tensor, and one matrix where it is per output', () => {
    const perTensor = binaryLayers(build(presetPlan('mhsa', 'bit'))).filter(({ block }) => block === 0);
    expect(perTensor.map(({ name }) => name)).toEqual(['blocks.0.attn.q', 'blocks.0.attn.k', 'blocks.0.attn.v', 'blocks.0.attn.proj']);
    expect(perTensor.map(({ site }) => site)).toEqual(['q', 'k', 'v', 'proj']);
    expect(perTensor[0]!.scale().size).toBe(1);
    const [qkv] = binaryLayers(build(presetPlan('mhsa', 'bwn')));
    expect([qkv!.name, qkv!.site, qkv!.latent().shape]).toEqual(['blocks.0.attn.qkv', 'qkv', [12, 36]]);
  });

  it('own nothing after their tensors are disposed of', () => {
    const layers = binaryLayers(build(presetPlan('all', 'bit')));
    const before = tf.memory().numTensors;
    for (const layer of layers) tf.dispose([layer.latent(), layer.binary(), layer.scale(), layer.effective()]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('training state', () => {
  it('elastic factors start from the first training batch, once, and not from evaluation', () => {
    const model = build(presetPlan('mlp', 'bit'));
    const alpha = vitParameters(model).find(({ name }) => name === 'blocks.0.mlp.fc1.input.alpha')!.variable;
    forward(model, testImages(3), { training: false });
    expect(alpha.dataSync()[0]).toBe(0);
    forward(model, testImages(3), { training: true });
    const [first] = alpha.dataSync();
    expect(first).toBeGreaterThan(0);
    forward(model, testImages(3, 8), { training: true });
    expect(alpha.dataSync()[0]).toBe(first);
  });

  it('learned scales start at mean |W| of each output', () => {
    const model = build(presetPlan('mlp', 'xnor-net-plus-plus'));
    const [layer] = binaryLayers(model);
    const mean = tf.mean(tf.abs(layer!.latent()), 0, true);
    // The same mean in float32, summed in another order at most.
    expect(tf.max(tf.abs(tf.sub(layer!.scale(), mean))).dataSync()[0]).toBeLessThan(1e-6);
  });

  it('progress anneals the gradients of ir-net and leaves its logits alone', () => {
    const model = build(presetPlan('mlp', 'ir-net'));
    const images = testImages(3);
    const { variable } = vitParameters(model).find(({ name }) => name === 'blocks.0.mlp.fc1.weight')!;
    const at = (progress: number): { logits: number[]; gradient: number[] } => {
      setProgress(model, progress);
      const logits = forward(model, images, { training: true });
      const { grads } = tf.variableGrads(() => tf.sum(tf.square(forward(model, images, { training: true }))), [variable]);
      return { logits: [...logits.dataSync()], gradient: [...grads[variable.name]!.dataSync()] };
    };
    const [early, late] = [at(0), at(1)];
    expect(late.logits).toEqual(early.logits);
    expect(late.gradient).not.toEqual(early.gradient);
  });

  it('the same generator drops the same paths; evaluation drops none; training without a generator is refused', () => {
    const model = build(float, { ...tiny, dropPath: 0.9 });
    const images = testImages(4);
    const logits = (training: boolean, seed: number): number[] =>
      [...forward(model, images, { training, random: Random.seeded(seed) }).dataSync()];
    expect(logits(true, 1)).toEqual(logits(true, 1));
    expect(logits(true, 1)).not.toEqual(logits(true, 2));
    expect(logits(false, 1)).toEqual(logits(false, 2));
    expect(() => forward(model, images, { training: true })).toThrow('dropPath: expected a seeded generator in training');
  });
});

describe('errors', () => {
  it('a NaN in front of a sign names the layer', () => {
    const model = build(presetPlan('mlp', 'xnor-net'));
    vitParameters(model).find(({ name }) => name === 'blocks.1.norm2.bias')!.variable.assign(tf.fill([12], Number.NaN));
    let error: unknown;
    try {
      forward(model, testImages(2), { training: false });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(NonFiniteError);
    expect((error as Error).message).toContain('blocks.1.mlp.fc1 input');
  });

  it('a model that is not from buildVit is refused by name', () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], name: 'plain' })] });
    expect(() => vitParameters(model)).toThrow('layer "plain": expected a model from buildVit, found a Dense');
  });
});
