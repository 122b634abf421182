import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import type { Random } from '../backend/index.js';
import type { Batch } from '../data/index.js';
import { forward, vitParameters, type VitParameter } from '../models/index.js';
import { softmaxCrossEntropy } from '../ops/index.js';

/** Loss around a model's weights. */
export interface LossSurface {
  /** Steps along both directions, in norms of the filters; 0 is the model itself. */
  readonly steps: readonly number[];
  /** Mean cross entropy, `[second direction][first direction]`. */
  readonly loss: readonly (readonly number[])[];
  readonly images: number;
}

export interface LossSurfaceOptions {
  /** Points along each direction, odd so that the model itself is one. Default 21. */
  readonly points?: number;
  /** Largest step, in norms of the filters. Default 1. */
  readonly reach?: number;
  /** Share of the work that is done, in (0, 1]. */
  readonly onProgress?: (share: number) => void;
}

/**
 * Loss on a plane through the weights that two random directions span, normalised by filter: of every output of a weight matrix, the
 * direction has the norm of its weights (Li et al. 2018, arXiv 1712.09913, section 4), so that surfaces of different models compare.
 * Biases, norms, tokens, positions, scales and shifts stay. Of a binary layer the latent weights move: signs flip as they pass 0.
 *
 * @param batch images and labels that the loss is of; they stay the caller's
 * @param random draws the directions
 * @throws RangeError when `points` is not odd and at least 3
 */
export async function lossSurface(model: tf.LayersModel, batch: Batch, random: Random, options: LossSurfaceOptions = {}): Promise<LossSurface> {
  const { points = 21, reach = 1, onProgress } = options;
  if (!Number.isInteger(points) || points < 3 || points % 2 === 0) throw new RangeError(`points: expected an odd number of at least 3, found ${points}`);
  const matrices = vitParameters(model).filter(({ role }) => role === 'weight' || role === 'latent');
  const centre = matrices.map(({ variable }) => variable.dataSync<'float32'>().slice());
  const directions = ['first', 'second'].map(name => matrices.map((parameter, index) => filterDirection(parameter, centre[index]!, random.fork(name))));
  const steps = Array.from({ length: points }, (_, at) => reach * (2 * at - (points - 1)) / (points - 1));
  const assign = (values: (index: number) => Float32Array): void => {
    matrices.forEach(({ variable }, index) => { tf.tidy(() => { variable.assign(tf.tensor(values(index), variable.shape)); }); });
  };
  const loss: number[][] = [];
  try {
    for (const second of steps) {
      const row: number[] = [];
      for (const first of steps) {
        assign(index => centre[index]!.map((value, at) => value + first * directions[0]![index]![at]! + second * directions[1]![index]![at]!));
        row.push(tf.tidy(() => softmaxCrossEntropy(forward(model, batch.images, { training: false }), batch.labels, 0).dataSync()[0]!));
        // Lets signals in.
        await nextTurn();
      }
      loss.push(row);
      onProgress?.(loss.length / points);
    }
  } finally {
    assign(index => centre[index]!);
  }
  return { steps, loss, images: batch.images.shape[0] };
}

/** A normal direction whose columns have the norms of the columns of the weight. */
function filterDirection({ name, variable }: VitParameter, weight: Float32Array, random: Random): Float32Array {
  const generator = random.fork(name);
  const outputs = variable.shape[1]!;
  const direction = Float32Array.from(weight, () => generator.normal());
  const [square, wanted] = [new Float64Array(outputs), new Float64Array(outputs)];
  weight.forEach((value, at) => {
    square[at % outputs]! += direction[at]! ** 2;
    wanted[at % outputs]! += value ** 2;
  });
  return direction.map((value, at) => value * Math.sqrt(wanted[at % outputs]! / square[at % outputs]!));
}
