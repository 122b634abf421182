import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { readSafetensors, toFloat32 } from '../../src/io/index.js';
import { vitParameters } from '../../src/models/index.js';

/** Tensors of a file in `test/fixtures/weights`. The caller owns them. */
export function fixtureTensors(path: string): Record<string, tf.Tensor> {
  const { tensors } = readSafetensors(fileURLToPath(new URL(`../fixtures/weights/${path}`, import.meta.url)));
  return Object.fromEntries([...tensors].map(([name, tensor]) => [name, tf.tensor(toFloat32(tensor), [...tensor.shape])]));
}

/** Gives a model the weights of timm: linear weights are transposed, a patch `[out, channel, row, column]` is reordered to ours. */
export function loadTimm(model: tf.LayersModel, tensors: Readonly<Record<string, tf.Tensor>>): void {
  tf.tidy(() => {
    for (const { name, variable } of vitParameters(model)) {
      const tensor = tensors[name];
      if (tensor === undefined) throw new Error(`${name} is not in the file`);
      const isLinear = name.endsWith('.weight') && variable.rank === 2;
      const rows = tensor.rank === 4 ? tf.transpose(tensor, [0, 2, 3, 1]) : tensor;
      variable.assign(isLinear ? tf.transpose(tf.reshape(rows, [rows.shape[0], -1])) : rows);
    }
  });
}
