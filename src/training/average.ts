import * as tf from '@tensorflow/tfjs';
import type { VitParameter } from '../models/index.js';
import { averageTensor, float32, floatValues, type Tensors } from './weights.js';

/**
 * Exponential moving average of all parameters, as DeiT evaluates (arXiv 2012.12877): after update t (from 1)
 * `e ← d·e + (1 − d)·w` with `d = min(decay, (1 + t) / (10 + t))`, so that a short run is not ruled by its first weights.
 * Of a binarized layer the latent weights are averaged; signs and scales follow from the average.
 */
export class WeightAverage {
  readonly #parameters: readonly VitParameter[];
  readonly #decay: number;
  readonly #averages: Float32Array[];

  /** @param decay in [0, 1); 0 keeps the newest weights */
  constructor(parameters: readonly VitParameter[], decay: number) {
    this.#parameters = parameters;
    this.#decay = decay;
    this.#averages = parameters.map(({ variable }) => variable.dataSync<'float32'>().slice());
  }

  /** @param step number of updates done, from 1 */
  update(step: number): void {
    const decay = Math.min(this.#decay, (1 + step) / (10 + step));
    this.#parameters.forEach(({ variable }, index) => {
      const average = this.#averages[index]!;
      variable.dataSync<'float32'>().forEach((value, place) => {
        average[place] = decay * average[place]! + (1 - decay) * value;
      });
    });
  }

  /** Calls `use` while the model has the averages in place of its weights, which come back whatever happens. */
  async inPlace<Result>(use: () => Promise<Result>): Promise<Result> {
    const trained = this.#parameters.map(({ variable }) => variable.dataSync<'float32'>().slice());
    this.#assign(this.#averages);
    try {
      return await use();
    } finally {
      this.#assign(trained);
    }
  }

  /** By parameter name. */
  weights(): Map<string, ReturnType<typeof float32>> {
    return new Map(this.#parameters.map(({ name, variable }, index) => [name, float32(variable.shape, this.#averages[index]!)]));
  }

  /** @throws Error when the checkpoint holds no average of a parameter */
  restore(tensors: Tensors): void {
    this.#parameters.forEach(({ name }, index) => { this.#averages[index]!.set(floatValues(averageTensor(name), tensors)); });
  }

  #assign(values: readonly Float32Array[]): void {
    this.#parameters.forEach(({ variable }, index) => {
      tf.tidy(() => { variable.assign(tf.tensor(values[index]!, variable.shape)); });
    });
  }
}
