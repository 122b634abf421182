import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { modelFolder } from '../../src/io/index.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder();

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function smallModel(): tf.LayersModel {
  return tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] }), tf.layers.layerNormalization()] });
}

const predict = (model: tf.LayersModel): number[] => tf.tidy(() => [...(model.predict(tf.tensor2d([[1, -2]])) as tf.Tensor).dataSync()]);

describe('modelFolder', () => {
  it.each([
    ['absolute', () => folder.path('absolute/model')],
    ['relative', () => relative(process.cwd(), folder.path('relative model'))],
  ])('saves and loads a model through an %s path with spaces', async (_, path) => {
    const model = smallModel();
    const result = await model.save(modelFolder(path()));
    expect(result.modelArtifactsInfo.weightDataBytes).toBe(4 * (6 + 3 + 3 + 3));
    expect(readdirSync(path()).sort()).toEqual(['model.json', 'weights.bin']);
    const loaded = await tf.loadLayersModel(modelFolder(path()));
    expect(predict(loaded)).toEqual(predict(model));
    // Saving over an older model.
    const other = smallModel();
    await other.save(modelFolder(path()));
    const again = await tf.loadLayersModel(modelFolder(path()));
    expect(predict(again)).toEqual(predict(other));
  });

  it('saves and loads a model without weights', async () => {
    const path = folder.path('weightless');
    await tf.sequential({ layers: [tf.layers.flatten({ inputShape: [2, 2] })] }).save(modelFolder(path));
    const loaded = await tf.loadLayersModel(modelFolder(path));
    expect(loaded.outputs[0]!.shape).toEqual([null, 4]);
    expect(loaded.weights).toEqual([]);
  });

  it('keeps the optimizer when asked to, and what the user added', async () => {
    const path = folder.path('optimizer');
    const model = smallModel();
    model.compile({ optimizer: tf.train.adam(0.25), loss: 'meanSquaredError' });
    model.setUserDefinedMetadata({ plan: 'mlp/bwn' });
    await model.save(modelFolder(path), { includeOptimizer: true });
    const loaded = await tf.loadLayersModel(modelFolder(path));
    expect(loaded.getUserDefinedMetadata()).toEqual({ plan: 'mlp/bwn' });
    expect(loaded.optimizer.getConfig()).toMatchObject({ learningRate: 0.25 });
  });

  it('refuses cut, changed and foreign weights, and files that are no model', async () => {
    const path = folder.path('broken');
    await smallModel().save(modelFolder(path));
    const weights = readFileSync(`${path}/weights.bin`);
    const loading = (file: string, content: string | Uint8Array): Promise<unknown> => {
      writeFileSync(`${path}/${file}`, content);
      return tf.loadLayersModel(modelFolder(path));
    };
    await expect(loading('weights.bin', weights.subarray(4))).rejects.toThrow('weights.bin: expected 60 bytes for the 4 weights of model.json, found 56');
    await expect(loading('weights.bin', Buffer.alloc(60))).rejects.toThrow('expected the weights that model.json was saved with, found others');
    await expect(loading('model.json', '{"a":')).rejects.toThrow('model.json: expected JSON');
    await expect(loading('model.json', '{}')).rejects.toThrow('expected a tfjs model with modelTopology and weightsManifest');
    await expect(loading('model.json', '<html>')).rejects.toThrow('found an HTML page');
    await expect(tf.loadLayersModel(modelFolder(folder.path('none')))).rejects.toThrow('there is no such file');
  });

  it('loads what a converter wrote: several weight files, no checksum', async () => {
    const path = folder.path('sharded');
    const model = smallModel();
    await model.save(modelFolder(path));
    const json = JSON.parse(readFileSync(`${path}/model.json`, 'utf8')) as tf.io.ModelJSON & { weightsSha256?: string };
    const bytes = readFileSync(`${path}/weights.bin`);
    delete json.weightsSha256;
    const [group] = json.weightsManifest;
    mkdirSync(folder.path('sharded/parts'));
    group!.paths = ['parts/1.bin', 'parts/2.bin'];
    writeFileSync(`${path}/parts/1.bin`, bytes.subarray(0, 21));
    writeFileSync(`${path}/parts/2.bin`, bytes.subarray(21));
    writeFileSync(`${path}/model.json`, JSON.stringify(json));
    expect(predict(await tf.loadLayersModel(modelFolder(path)))).toEqual(predict(model));
  });
});
