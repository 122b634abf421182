import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { methods, type InputBinarizerSpec, type MethodName } from '../../src/binarize/index.js';
import {
  AttentionProducts, BinaryDense, columnGroups, DistilledHeads, dropPath, PatchEmbedding, PrefixToken, TokenPooling, type SiteBinding,
} from '../../src/layers/index.js';
import { product, sign, softmaxRow, transposed } from './reference.js';

const evaluation = { training: false };
const floatSite = (site: SiteBinding['site']): SiteBinding => ({ site, weight: null, input: null });
const binarySite = (site: SiteBinding['site'], method: MethodName): SiteBinding => ({ site, ...methods[method] });

function draw(shape: number[], seed = 1): tf.Tensor {
  const random = Random.seeded(seed);
  return tf.tensor(Float32Array.from({ length: shape.reduce((size, side) => size * side, 1) }, () => random.normal()), shape);
}

function distance(actual: tf.Tensor, expected: tf.Tensor | number[] | number[][] | number[][][]): number {
  return tf.max(tf.abs(tf.sub(actual, expected))).dataSync()[0]!;
}

beforeEach(async () => {
  await useBackend('cpu');
  tf.engine().startScope();
});

afterEach(() => {
  tf.engine().endScope();
});

describe('PatchEmbedding', () => {
  it('projects each patch, flattened by row, column and channel, in row-major order', () => {
    const layer = new PatchEmbedding({ name: 'patch_embed', imgSize: 6, patchSize: 2, inChans: 3, dim: 12, proj: floatSite('patchEmbed') });
    // The identity shows the flattened patches themselves.
    layer.parameters[0]!.variable.assign(tf.eye(12));
    const images = draw([2, 6, 6, 3]) as tf.Tensor4D;
    const pixels = images.arraySync();
    const expected = pixels.map(image => [0, 1, 2].flatMap(row => [0, 1, 2].map(column =>
      [0, 1].flatMap(y => [0, 1].flatMap(x => image[2 * row + y]![2 * column + x]!)))));
    expect(distance(layer.forward(images, evaluation), expected)).toBe(0);
  });
});

describe('PrefixToken and TokenPooling', () => {
  const x = (): tf.Tensor => draw([2, 3, 4]);

  it('the token comes first, and pooling "token" takes it back', () => {
    const layer = new PrefixToken({ name: 'cls_token', tokens: 4, dim: 4 });
    layer.parameters[0]!.variable.assign(tf.tensor3d([[[1, 2, 3, 4]]]));
    const tokens = layer.forward(x());
    expect(tokens.shape).toEqual([2, 4, 4]);
    const pooled = new TokenPooling({ name: 'pool', pool: 'token', prefixTokens: 1, dim: 4 }).forward(tokens);
    expect(pooled.arraySync()).toEqual([[1, 2, 3, 4], [1, 2, 3, 4]]);
  });

  it('the mean leaves the prefix tokens out, and is over all tokens where there is none', () => {
    const prefixed = (count: number): tf.Tensor => tf.concat([tf.fill([2, count, 4], 100), x()], 1);
    const mean = tf.mean(x(), 1);
    const pool = (prefixTokens: number, tokens: tf.Tensor): tf.Tensor =>
      new TokenPooling({ name: 'pool', pool: 'avg', prefixTokens, dim: 4 }).forward(tokens);
    for (const count of [1, 2]) expect(distance(pool(count, prefixed(count)), mean)).toBeLessThan(1e-6);
    expect(distance(pool(0, x()), mean)).toBeLessThan(1e-6);
  });
});

describe('DistilledHeads', () => {
  it('are the mean of one head on the class token and one on the distillation token', () => {
    const heads = new DistilledHeads({ name: 'heads', dim: 4, numClasses: 3, head: floatSite('head') });
    for (const [index, { variable }] of heads.parameters.entries()) variable.assign(draw(variable.shape, 10 + index));
    expect(heads.parameters.map(({ name }) => name)).toEqual(['head.weight', 'head.bias', 'head_dist.weight', 'head_dist.bias']);
    const x = draw([2, 5, 4]);
    const logits = (token: number): tf.Tensor => {
      const [weight, bias] = heads.parameters.slice(2 * token).map(({ variable }) => variable);
      return tf.add(tf.matMul(tf.gather(x, token, 1), weight!), bias!);
    };
    const expected = tf.div(tf.add(logits(0), logits(1)), 2);
    // Float32 sums of 4 products.
    expect(distance(heads.forward(x, evaluation), expected)).toBeLessThan(1e-6);
  });
});

describe('BinaryDense', () => {
  const config = { name: 'blocks.0.mlp.fc1', inputDim: 6, units: 4, useBias: true };
  const started = (layer: BinaryDense): BinaryDense => {
    for (const [index, { name, variable }] of layer.parameters.entries()) {
      if (/(weight|bias)$/.test(name)) variable.assign(draw(variable.shape, 10 + index));
    }
    layer.startScales();
    return layer;
  };

  it('without binarizers is x W + b', () => {
    const layer = started(new BinaryDense({ ...config, sites: [floatSite('fc1')] }));
    const [weight, bias] = layer.parameters.map(({ variable }) => variable);
    const x = draw([3, 6]);
    expect(distance(layer.forward(x, evaluation), tf.add(tf.matMul(x, weight as unknown as tf.Tensor2D), bias!))).toBeLessThan(1e-5);
  });

  it('as xnor-net is alpha times a sum of signs, plus the bias', () => {
    const layer = started(new BinaryDense({ ...config, sites: [binarySite('fc1', 'xnor-net')] }));
    const weight = layer.parameters[0]!.variable.arraySync() as number[][];
    const bias = layer.parameters[1]!.variable.arraySync() as number[];
    const x = draw([3, 6]);
    const sums = product((x.arraySync() as number[][]).map(row => row.map(sign)), weight.map(row => row.map(sign)));
    const alpha = transposed(weight).map(column => column.reduce((sum, w) => sum + Math.abs(w), 0) / 6);
    const expected = sums.map(row => row.map((sum, j) => sum * alpha[j]! + bias[j]!));
    expect(distance(layer.forward(x, evaluation), expected)).toBeLessThan(1e-5);
  });

  it('computes thirds apart exactly as three layers would, whatever stands in each', () => {
    const mixed = [binarySite('q', 'xnor-net'), floatSite('k'), binarySite('v', 'bit')];
    const fused = started(new BinaryDense({ name: 'blocks.0.attn.qkv', inputDim: 6, units: 12, useBias: true, sites: mixed }));
    const x = draw([2, 3, 6]);
    const context = { training: true };
    const parts = mixed.map((site, index) => {
      const part = new BinaryDense({ name: `blocks.0.attn.${site.site}`, inputDim: 6, units: 4, useBias: true, sites: [site] });
      part.parameters[0]!.variable.assign(tf.slice(fused.parameters[0]!.variable, [0, 4 * index], [6, 4]));
      part.parameters[1]!.variable.assign(tf.slice(fused.parameters[1]!.variable, [4 * index], [4]));
      return part.forward(x, context);
    });
    expect(distance(fused.forward(x, context), tf.concat(parts, -1))).toBe(0);
    expect(fused.parameters.map(({ name }) => name)).toEqual([
      'blocks.0.attn.qkv.weight', 'blocks.0.attn.qkv.bias', 'blocks.0.attn.v.input.shift', 'blocks.0.attn.v.input.alpha',
    ]);
  });
});

describe('columnGroups', () => {
  const qkv = (method: MethodName): SiteBinding[] => (['q', 'k', 'v'] as const).map(site => binarySite(site, method));
  const names = (sites: SiteBinding[]): string[] => columnGroups('blocks.0.attn.qkv', sites).map(({ name }) => name);
  const apart = ['blocks.0.attn.q', 'blocks.0.attn.k', 'blocks.0.attn.v'];

  it('are one where outputs share nothing: float, no scale, a scale per output', () => {
    for (const sites of [[floatSite('q'), floatSite('k'), floatSite('v')], qkv('bnn'), qkv('binaryconnect'), qkv('bwn'), qkv('xnor-net')]) {
      expect(names(sites)).toEqual(['blocks.0.attn.qkv']);
    }
  });

  it('are three where outputs share a scale or parameters, or where sites differ', () => {
    for (const sites of [qkv('dorefa'), qkv('react'), qkv('bit'), qkv('twn'), [floatSite('q'), ...qkv('bwn').slice(1)]]) {
      expect(names(sites)).toEqual(apart);
    }
  });
});

describe('AttentionProducts', () => {
  it('is softmax(sign(Q) sign(K)ᵀ / sqrt(headDim)), a {0, 1} pattern of it, and its product with sign(V), per head', () => {
    const [tokens, heads, headDim] = [3, 2, 2];
    const dim = heads * headDim;
    const signed: InputBinarizerSpec = { levels: 'signed', estimator: { name: 'clipped' }, scale: { name: 'none' }, threshold: { name: 'fixed' } };
    const probabilities: InputBinarizerSpec = {
      levels: 'unsigned', estimator: { name: 'identity' }, scale: { name: 'none' }, threshold: { name: 'row-max', fraction: 0.25 },
    };
    const layer = new AttentionProducts(
      { name: 'blocks.0.attn', dim, tokens, numHeads: heads, binarizers: { scores: signed, probabilities, values: signed } });
    const qkv = draw([2, tokens, 3 * dim]) as tf.Tensor3D;
    const expected = qkv.arraySync().map(sequence => {
      const outputs = Array.from({ length: heads }, (_, head) => {
        const part = (index: number): number[][] =>
          sequence.map(row => row.slice(index * dim + head * headDim, index * dim + (head + 1) * headDim).map(sign));
        const scores = product(part(0), transposed(part(1))).map(row => row.map(score => score / Math.sqrt(headDim)));
        const pattern = scores.map(softmaxRow).map(row => row.map(p => (p > 0.25 * Math.max(...row) ? 1 : 0)));
        return product(pattern, part(2));
      });
      return sequence.map((_, token) => outputs.flatMap(output => output[token]!));
    });
    expect(distance(layer.forward(qkv, evaluation), expected)).toBe(0);
  });
});

describe('dropPath', () => {
  it('keeps or drops whole samples, scales what it keeps, and has the branch as its mean', () => {
    const branch = tf.ones([4000, 2, 3]);
    const dropped = dropPath(branch, 0.25, { training: true, random: Random.seeded(5) });
    const samples = dropped.arraySync() as number[][][];
    for (const sample of samples) expect([0, Math.fround(1 / 0.75)]).toContain(new Set(sample.flat()).size === 1 ? sample[0]![0]! : Number.NaN);
    // Standard error of the mean of 4,000 samples: sqrt(0.25/0.75)/sqrt(4000) = 0.009.
    expect(Math.abs(tf.mean(dropped).dataSync()[0]! - 1)).toBeLessThan(0.03);
  });

  it('does nothing in evaluation or at rate 0', () => {
    const branch = draw([2, 2, 3]);
    expect(dropPath(branch, 0.5, evaluation)).toBe(branch);
    expect(dropPath(branch, 0, { training: true })).toBe(branch);
  });
});
