import * as tf from '@tensorflow/tfjs';
import { fusedKernels } from '../backend/index.js';
import { hasFused, runFused } from './fused.js';

/** A parameter as an optimizer sees it. */
export interface OptimizedParameter {
  readonly variable: tf.Variable;
  /** Decoupled weight decay d: every step also takes learningRate · d · w away. */
  readonly decay: number;
  /** After the step the weight is clamped to [−clip, clip]; null leaves it alone (latent weights of binary layers: 1). */
  readonly clip: number | null;
}

/** What an optimizer must remember to go on: plain numbers, one entry of `slots` a parameter. */
export interface OptimizerState<Slot extends string> {
  readonly step: number;
  readonly slots: readonly Readonly<Record<Slot, Float32Array>>[];
}

/** Running averages of an optimizer, one tensor a parameter and slot; made of zeros at the first step. */
class Slots<Slot extends string> {
  #tensors: Record<Slot, tf.Tensor>[] = [];

  constructor(readonly names: readonly Slot[]) {}

  /** The slots of parameter `i`. */
  of(i: number, variable: tf.Variable): Record<Slot, tf.Tensor> {
    return this.#tensors[i] ??= this.#each(() => tf.keep(tf.zeros(variable.shape)));
  }

  replace(i: number, slot: Slot, value: tf.Tensor): void {
    const slots = this.#tensors[i]!;
    slots[slot].dispose();
    slots[slot] = tf.keep(value);
  }

  read(): Record<Slot, Float32Array>[] {
    return this.#tensors.map(tensors => this.#each(slot => Float32Array.from(tensors[slot].dataSync())));
  }

  restore(slots: OptimizerState<Slot>['slots'], parameters: readonly OptimizedParameter[]): void {
    if (slots.length !== 0 && slots.length !== parameters.length) {
      throw new RangeError(`optimizer state: expected slots of ${parameters.length} parameters, found ${slots.length}`);
    }
    this.dispose();
    this.#tensors = slots.map((values, i) =>
      this.#each(slot => tf.keep(tf.tensor(values[slot].slice(), parameters[i]!.variable.shape, 'float32'))));
  }

  dispose(): void {
    for (const tensors of this.#tensors) for (const slot of this.names) tensors[slot].dispose();
    this.#tensors = [];
  }

  #each<T>(make: (slot: Slot) => T): Record<Slot, T> {
    return Object.fromEntries(this.names.map(slot => [slot, make(slot)])) as Record<Slot, T>;
  }
}

/** Runs the fused kernel of an optimizer over all parameters and assigns what it returns. */
function stepFused<Slot extends string>(
  kernel: typeof fusedKernels.adamW | typeof fusedKernels.sgd, slots: Slots<Slot>,
  parameters: readonly OptimizedParameter[], gradients: readonly tf.Tensor[], hyper: Record<string, number>,
): void {
  const inputs: Record<string, tf.Tensor> = {};
  const attributes: Record<string, number> = { ...hyper, rows: parameters.length };
  parameters.forEach(({ variable, decay, clip }, i) => {
    inputs[`parameter${i}`] = variable;
    inputs[`gradient${i}`] = gradients[i]!;
    const own = slots.of(i, variable);
    for (const slot of slots.names) inputs[slot + String(i)] = own[slot];
    attributes[`decay${i}`] = decay;
    attributes[`clip${i}`] = clip ?? 0;
  });
  const updated = runFused(kernel, inputs, attributes);
  updated.forEach((value, i) => {
    parameters[i]!.variable.assign(value);
    value.dispose();
  });
}

function assignReference({ variable, decay, clip }: OptimizedParameter, learningRate: number, direction: tf.Tensor): void {
  const next = variable.sub(variable.mul(decay).add(direction).mul(learningRate));
  variable.assign(clip === null ? next : tf.clipByValue(next, -clip, clip));
}

/**
 * AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101): g = gradientScale · gradient, m = β₁m + (1 − β₁)g,
 * v = β₂v + (1 − β₂)g², w ← w − lr · (decay · w + m̂ / (√v̂ + epsilon)), m̂ and v̂ bias-corrected. All parameters in one call
 * where the backend has the fused kernel.
 */
export class AdamW {
  #step = 0;
  readonly #slots = new Slots(['momentum', 'variance']);

  constructor(readonly hyper: { readonly beta1: number; readonly beta2: number; readonly epsilon: number }) {}

  /** Updates the variables. `gradients` are in the parameters' order and stay the caller's. */
  step(parameters: readonly OptimizedParameter[], gradients: readonly tf.Tensor[], learningRate: number, gradientScale: number): void {
    const step = ++this.#step;
    if (hasFused(fusedKernels.adamW)) {
      stepFused(fusedKernels.adamW, this.#slots, parameters, gradients, { ...this.hyper, step, learningRate, gradientScale });
      return;
    }
    const { beta1, beta2, epsilon } = this.hyper;
    parameters.forEach((parameter, i) => {
      const { momentum, variance } = this.#slots.of(i, parameter.variable);
      const [nextMomentum, nextVariance] = tf.tidy(() => {
        const gradient = gradients[i]!.mul(gradientScale);
        const m = momentum.mul(beta1).add(gradient.mul(1 - beta1));
        const v = variance.mul(beta2).add(gradient.square().mul(1 - beta2));
        assignReference(parameter, learningRate, m.div(1 - beta1 ** step).div(v.div(1 - beta2 ** step).sqrt().add(epsilon)));
        return [m, v];
      });
      this.#slots.replace(i, 'momentum', nextMomentum);
      this.#slots.replace(i, 'variance', nextVariance);
    });
  }

  state(): OptimizerState<'momentum' | 'variance'> {
    return { step: this.#step, slots: this.#slots.read() };
  }

  /** Goes on from `state`. @throws RangeError when it belongs to another number of parameters */
  restore(state: OptimizerState<'momentum' | 'variance'>, parameters: readonly OptimizedParameter[]): void {
    this.#slots.restore(state.slots, parameters);
    this.#step = state.step;
  }

  dispose(): void {
    this.#slots.dispose();
  }
}

/**
 * Stochastic gradient descent with momentum and decoupled decay: velocity = momentum · velocity + gradientScale · gradient,
 * w ← w − lr · (decay · w + velocity).
 */
export class Sgd {
  #step = 0;
  readonly #slots = new Slots(['momentum']);

  constructor(readonly hyper: { readonly momentum: number }) {}

  /** Updates the variables. `gradients` are in the parameters' order and stay the caller's. */
  step(parameters: readonly OptimizedParameter[], gradients: readonly tf.Tensor[], learningRate: number, gradientScale: number): void {
    this.#step++;
    if (hasFused(fusedKernels.sgd)) {
      stepFused(fusedKernels.sgd, this.#slots, parameters, gradients, { ...this.hyper, learningRate, gradientScale });
      return;
    }
    parameters.forEach((parameter, i) => {
      const { momentum } = this.#slots.of(i, parameter.variable);
      const next = tf.tidy(() => {
        const velocity = momentum.mul(this.hyper.momentum).add(gradients[i]!.mul(gradientScale));
        assignReference(parameter, learningRate, velocity);
        return velocity;
      });
      this.#slots.replace(i, 'momentum', next);
    });
  }

  state(): OptimizerState<'momentum'> {
    return { step: this.#step, slots: this.#slots.read() };
  }

  /** Goes on from `state`. @throws RangeError when it belongs to another number of parameters */
  restore(state: OptimizerState<'momentum'>, parameters: readonly OptimizedParameter[]): void {
    this.#slots.restore(state.slots, parameters);
    this.#step = state.step;
  }

  dispose(): void {
    this.#slots.dispose();
  }
}
