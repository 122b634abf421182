import { readFileSync, statSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { Random, useBackend } from '../../src/backend/index.js';
import { presetPlan } from '../../src/binarize/index.js';
import { decodeOnnx } from '../../src/io/index.js';
import { buildVit, exportOnnx, vitPresets, type VitConfig } from '../../src/models/index.js';
import { temporaryFolder } from '../temporary-folder.js';

// That the files mean what the models compute is held against onnxruntime in .ci/onnx, for every method and shape.

const folder = temporaryFolder();
const tiny: VitConfig = { ...vitPresets.vit_nano, imgSize: 8, patchSize: 4, embedDim: 12, numHeads: 2, depth: 1, numClasses: 5 };

interface Decoded {
  readonly producerName: string;
  readonly opsetImport: readonly { readonly version: number }[];
  readonly metadataProps: readonly { readonly key: string; readonly value: string }[];
  readonly graph: {
    readonly node: readonly { readonly opType: string; readonly input: readonly string[]; readonly output: readonly string[] }[];
    readonly initializer: readonly { readonly name: string; readonly dims: readonly number[]; readonly dataType: number; readonly rawData: Uint8Array }[];
    readonly input: readonly { readonly name: string }[];
    readonly output: readonly { readonly name: string }[];
  };
}

function decoded(path: string): Decoded {
  return decodeOnnx(readFileSync(path)) as Decoded;
}

beforeEach(async () => { await useBackend('cpu'); });

describe('exportOnnx', () => {
  it('writes a graph in which every value is made before it is used, with the plan beside it', () => {
    const plan = presetPlan('all', 'xnor-net', { attentionProducts: true });
    exportOnnx(buildVit(tiny, plan, Random.seeded(1)), folder.path('model.onnx'));
    const { producerName, opsetImport, metadataProps, graph } = decoded(folder.path('model.onnx'));
    expect([producerName, opsetImport[0]!.version]).toEqual(['binvit', 17]);
    expect(JSON.parse(metadataProps.find(({ key }) => key === 'binvit.plan')!.value)).toEqual(JSON.parse(JSON.stringify(plan)));
    const known = new Set([...graph.input.map(({ name }) => name), ...graph.initializer.map(({ name }) => name)]);
    expect(known.size).toBe(graph.input.length + graph.initializer.length);
    for (const { input, output } of graph.node) {
      for (const name of input) expect(known, name).toContain(name);
      for (const name of output) known.add(name);
    }
    expect(known).toContain(graph.output[0]!.name);
  });

  it('folds a binary weight to plus and minus its scale', () => {
    exportOnnx(buildVit(tiny, presetPlan('mlp', 'bwn'), Random.seeded(1)), folder.path('folded.onnx'));
    const { dims, rawData } = decoded(folder.path('folded.onnx')).graph.initializer.find(({ name }) => name === 'blocks.0.mlp.fc1.weight')!;
    const values = new Float32Array(new Uint8Array(rawData).buffer);
    expect(dims).toEqual([12, 24]);
    for (let output = 0; output < 24; output++) {
      const column = Array.from({ length: 12 }, (_, input) => Math.abs(values[input * 24 + output]!));
      expect(new Set(column).size).toBe(1);
    }
  });

  it('stores it as signs in 8 bits where that is asked for, in less space', () => {
    const model = buildVit({ ...tiny, embedDim: 48 }, presetPlan('all', 'bwn'), Random.seeded(1));
    for (const weights of ['float', 'int8'] as const) exportOnnx(model, folder.path(`${weights}.onnx`), weights);
    const { graph } = decoded(folder.path('int8.onnx'));
    const signs = graph.initializer.find(({ name }) => name === 'blocks.0.mlp.fc1.weight')!;
    expect(signs.dataType).toBe(3);
    expect(new Set(new Int8Array(signs.rawData))).toEqual(new Set([-1, 1]));
    expect(graph.node.filter(({ opType }) => opType === 'DequantizeLinear')).toHaveLength(4);
    expect(statSync(folder.path('int8.onnx')).size).toBeLessThan(0.5 * statSync(folder.path('float.onnx')).size);
  });

  it('refuses an activation scale that no batch has set, and models that are not ours', () => {
    const untrained = buildVit(tiny, presetPlan('all', 'bit'), Random.seeded(1));
    expect(() => { exportOnnx(untrained, folder.path('untrained.onnx')); }).toThrow(/^onnx: blocks\.0\.attn\.q.*has not met a batch yet: train the model first$/);
    const foreign = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
    expect(() => { exportOnnx(foreign, folder.path('foreign.onnx')); }).toThrow('expected one from buildVit');
  });
});
