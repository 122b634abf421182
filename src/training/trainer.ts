import * as tf from '@tensorflow/tfjs';
import { Random, type RandomState } from '../backend/index.js';
import { Batches, type BatchesState } from '../data/index.js';
import { binaryLayers, forward, setProgress, vitParameters, type BinaryLayer, type LayerSigns, type VitParameter } from '../models/index.js';
import { AdamW, globalNorm, lossAndGradients, NonFiniteError, Sgd, softmaxCrossEntropy } from '../ops/index.js';
import { WeightAverage } from './average.js';
import type { Checkpoint } from './checkpoint.js';
import type { TrainConfig } from './config.js';
import { DivergedError, firstNonFinite, suggestion } from './diagnosis.js';
import { parameterGroups, type ParameterGroup } from './groups.js';
import { initialModel } from './initial-model.js';
import type { LayerStatistics } from './metrics.js';
import { learningRateAt } from './schedule.js';
import { LayerObserver } from './statistics.js';
import type { TrainingData } from './training-data.js';
import { withLayer } from './unsupported.js';
import {
  assignWeights, averageTensor, byteValues, float32, floatValues, parameterTensors, signsTensor, slotTensor, weightTensors,
} from './weights.js';

/** What a checkpoint holds beside tensors. */
export interface TrainerState {
  /** Updates done; learning rate and estimator schedules follow from it. */
  readonly step: number;
  readonly optimizerStep: number;
  readonly batches: BatchesState;
  /** Generator of dropped paths and stochastic signs. */
  readonly random: RandomState;
  /** Losses of the last updates, oldest first, for the reported training loss. */
  readonly recentLosses: readonly number[];
}

/** One update. */
export interface Update {
  readonly loss: number;
  readonly learningRate: number;
  /** Before clipping. */
  readonly gradientNorm: number;
}

const recentLossCount = 50;
const slotNames = { adamw: ['momentum', 'variance'], sgd: ['momentum'] } as const;
type SlotName = 'momentum' | 'variance';

/**
 * Model, optimizer, batches and random states of one run: all that changes from step to step, as one thing that is updated,
 * saved and restored. It owns its tensors until `dispose`.
 */
export class Trainer {
  readonly model: tf.LayersModel;
  readonly #config: TrainConfig;
  readonly #parameters: readonly VitParameter[];
  readonly #groups: readonly ParameterGroup[];
  readonly #optimizer: AdamW | Sgd;
  readonly #batches: Batches;
  readonly #binary: readonly BinaryLayer[];
  readonly #observer: LayerObserver;
  readonly #average: WeightAverage | null;
  #random: Random;
  #recentLosses: number[] = [];
  #step = 0;

  /** @param random the run's generator; every purpose forks its own */
  constructor(config: TrainConfig, data: TrainingData, random: Random) {
    this.#config = config;
    this.model = initialModel(config);
    this.#parameters = vitParameters(this.model);
    this.#groups = parameterGroups(this.#parameters, config);
    this.#optimizer = config.optimizer.name === 'adamw' ? new AdamW(config.optimizer) : new Sgd(config.optimizer);
    this.#batches = new Batches(data.train, {
      batchSize: config.batchSize, normalization: data.normalization, augmentation: config.augmentation,
      random: random.fork('batches'), shuffle: true,
    });
    this.#binary = binaryLayers(this.model);
    this.#observer = new LayerObserver(this.#binary, config.latentClip);
    this.#average = config.averageDecay === undefined ? null : new WeightAverage(this.#parameters, config.averageDecay);
    this.#random = random.fork('forward');
  }

  /** Updates done. */
  get step(): number {
    return this.#step;
  }

  /** Mean loss of the last updates (at most 50). */
  get recentLoss(): number {
    return this.#recentLosses.reduce((sum, loss) => sum + loss, 0) / this.#recentLosses.length;
  }

  /**
   * One forward and backward pass over the next batch and one update of all parameters.
   *
   * @param lastGoodCheckpoint named in the diagnosis
   * @throws DivergedError when the loss or a gradient is not finite; the parameters are then those before the update
   * @throws UnsupportedLayerError when the backend cannot train a layer
   */
  update(lastGoodCheckpoint: string | null): Update {
    const config = this.#config;
    const learningRate = learningRateAt(this.#step, config);
    setProgress(this.model, this.#step / config.steps);
    const { images, labels } = this.#batches.next();
    let gradients: tf.Tensor[] = [];
    try {
      const pass = lossAndGradients(
        () => softmaxCrossEntropy(forward(this.model, images, { training: true, random: this.#random }), labels, config.labelSmoothing),
        this.#groups.map(group => group.variable));
      gradients = pass.gradients;
      const loss = pass.loss.dataSync()[0]!;
      pass.loss.dispose();
      const gradientNorm = globalNorm(gradients);
      if (!Number.isFinite(loss)) throw this.#diverged(`the loss is ${loss}`, images, gradients, lastGoodCheckpoint);
      if (!Number.isFinite(gradientNorm)) throw this.#diverged(`the gradient norm is ${gradientNorm}`, images, gradients, lastGoodCheckpoint);
      const gradientScale = config.clipNorm === null ? 1 : Math.min(1, config.clipNorm / gradientNorm);
      this.#optimizer.step(this.#groups, gradients, learningRate, gradientScale);
      this.#step++;
      this.#average?.update(this.#step);
      this.#recentLosses = [...this.#recentLosses, loss].slice(-recentLossCount);
      return { loss, learningRate, gradientNorm };
    } catch (error) {
      if (error instanceof NonFiniteError) throw this.#diverged(error.message, images, gradients, lastGoodCheckpoint);
      throw withLayer(error, this.model, images);
    } finally {
      tf.dispose([images, labels, gradients]);
    }
  }

  /** Statistics of the binarized layers since the last call. */
  layerStatistics(): LayerStatistics[] {
    return this.#observer.sample();
  }

  /** The signs of all binary weights, one bit each. */
  signs(): LayerSigns[] {
    return this.#binary.map(layer => layer.signs());
  }

  /** Everything that `restore` needs to go on with the same bits. */
  checkpoint(): Checkpoint<TrainerState> {
    const tensors = weightTensors(this.#parameters);
    const { step: optimizerStep, slots } = this.#optimizer.state();
    this.#groups.forEach(({ name, variable }, index) => {
      for (const [slot, values] of Object.entries(slots[index]!)) tensors.set(slotTensor(slot, name), float32(variable.shape, values));
    });
    for (const [name, average] of this.#average?.weights() ?? []) tensors.set(averageTensor(name), average);
    for (const [layer, data] of this.#observer.state()) tensors.set(signsTensor(layer), { dtype: 'U8', shape: [data.length], data });
    return {
      tensors,
      state: {
        step: this.#step, optimizerStep, batches: this.#batches.state(), random: this.#random.state(), recentLosses: this.#recentLosses,
      },
    };
  }

  /** @throws Error when the tensors are not those of this model */
  restore({ tensors, state }: Checkpoint<TrainerState>, path: string): void {
    assignWeights(this.#parameters, parameterTensors(tensors), path);
    this.#optimizer.restore({
      step: state.optimizerStep,
      slots: this.#groups.map(({ name }) => Object.fromEntries(slotNames[this.#config.optimizer.name].map(slot =>
        [slot, floatValues(slotTensor(slot, name), tensors)])) as Record<SlotName, Float32Array>),
    }, this.#groups);
    this.#observer.restore(layer => byteValues(signsTensor(layer), tensors));
    this.#average?.restore(tensors);
    this.#batches.restore(state.batches);
    this.#random = Random.restore(state.random);
    this.#recentLosses = [...state.recentLosses];
    this.#step = state.step;
  }

  /** Calls `use` with the model that counts: that of the averaged weights where there is an average. */
  async evaluated<Result>(use: (model: tf.LayersModel) => Promise<Result>): Promise<Result> {
    return this.#average ? this.#average.inPlace(() => use(this.model)) : use(this.model);
  }

  /** The parameters of that model by name, see {@link weightTensors}. */
  weights(): ReturnType<typeof weightTensors> {
    return this.#average?.weights() ?? weightTensors(this.#parameters);
  }

  dispose(): void {
    this.#optimizer.dispose();
    this.model.dispose();
  }

  #diverged(found: string, images: tf.Tensor4D, gradients: readonly tf.Tensor[], lastGoodCheckpoint: string | null): DivergedError {
    return new DivergedError({
      step: this.#step + 1,
      found,
      first: firstNonFinite({
        model: this.model, parameters: this.#parameters, images,
        gradients: new Map(gradients.map((gradient, index) => [this.#groups[index]!.name, gradient])),
      }),
      lastGoodCheckpoint,
      suggestion: suggestion(this.#config),
    });
  }
}
