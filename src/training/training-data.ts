import type { Random } from '../backend/index.js';
import { normalization, splitTrainValidation, wholeView, type Dataset, type ImageView } from '../data/index.js';
import type { Normalization } from '../pictures/index.js';
import type { TrainConfig } from './config.js';

/** The three splits of one run. */
export interface TrainingData {
  readonly name: string;
  readonly sha256: { readonly train: string; readonly test: string };
  readonly train: ImageView;
  readonly validation: ImageView;
  readonly test: ImageView;
  /** Per channel, of the training split alone. */
  readonly normalization: Normalization;
}

/**
 * Splits a data set for a run.
 *
 * @throws RangeError when the data do not fit the model or the configuration
 */
export function splitDataset({ train, test }: Dataset, config: TrainConfig, random: Random): TrainingData {
  const { imgSize, inChans, numClasses } = config.model;
  for (const set of [train, test]) {
    if (set.height !== imgSize || set.width !== imgSize || set.channels !== inChans) {
      throw new RangeError(
        `data ${set.name}: the model expects images of ${imgSize} x ${imgSize} x ${inChans}, found ${set.height} x ${set.width} x ${set.channels}`);
    }
    if (set.classes.length > numClasses) {
      throw new RangeError(`data ${set.name}: expected at most model.numClasses = ${numClasses} classes, found ${set.classes.length}`);
    }
  }
  const { validation } = config.data;
  if (train.count - validation < config.batchSize) {
    throw new RangeError(`data.validation: expected to leave a batch of ${config.batchSize} of ${train.count} training images, found ${validation}`);
  }
  const split = splitTrainValidation(train, validation, random);
  return {
    name: config.data.name,
    sha256: { train: train.sha256, test: test.sha256 },
    train: split.train,
    validation: split.validation,
    test: wholeView(test),
    normalization: normalization(split.train),
  };
}
