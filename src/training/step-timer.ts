import { Random } from '../backend/index.js';
import { imageSet, wholeView } from '../data/index.js';
import { parseTrainConfig, type TrainConfig } from './config.js';
import { SignLog } from './sign-log.js';
import { Trainer } from './trainer.js';

/** Milliseconds of some training steps. */
export interface StepTimes {
  /** All of it. */
  readonly total: number;
  /** What of it went into reading, packing and writing the signs; 0 where they are not tracked. */
  readonly signs: number;
}

/** Whole training steps on random images, for measurements. */
export interface StepTimer {
  /** Trains `count` steps and says how long they took. */
  run(count: number): StepTimes;
  dispose(): void;
}

/**
 * A trainer on the active backend whose steps can be timed: batch, forward, backward, clipping and optimizer, as in `train`.
 *
 * @param config model, plan and batch size count; data are random images of the model's size
 * @param signsPath file that takes the signs after every step, as with `signsEvery` 1
 */
export function stepTimer(config: Pick<TrainConfig, 'model' | 'plan' | 'batchSize'>, signsPath?: string): StepTimer {
  const { imgSize, inChans, numClasses } = config.model;
  const count = 4 * config.batchSize;
  const random = Random.seeded(1);
  const set = imageSet({
    name: 'random', height: imgSize, width: imgSize, channels: inChans,
    images: Uint8Array.from({ length: count * imgSize * imgSize * inChans }, () => random.integer(256)),
    labels: Uint8Array.from({ length: count }, () => random.integer(numClasses)),
    classes: Array.from({ length: numClasses }, (_, index) => String(index)),
  });
  const view = wholeView(set);
  const trainer = new Trainer(
    parseTrainConfig({ ...config, data: { name: set.name }, learningRate: 1e-3, steps: 1_000_000 }),
    {
      name: set.name, sha256: { train: set.sha256, test: set.sha256 }, train: view, validation: view, test: view,
      normalization: { mean: Array.from({ length: inChans }, () => 0.5), std: Array.from({ length: inChans }, () => 0.3) },
    },
    random);
  const log = signsPath === undefined ? null : new SignLog(signsPath);
  return {
    run(steps) {
      let signs = 0;
      const start = performance.now();
      for (let step = 0; step < steps; step++) {
        trainer.update(null);
        if (log === null) continue;
        const updated = performance.now();
        log.append(trainer.step, trainer.signs());
        signs += performance.now() - updated;
      }
      return { total: performance.now() - start, signs };
    },
    dispose: () => {
      log?.close();
      trainer.dispose();
    },
  };
}
