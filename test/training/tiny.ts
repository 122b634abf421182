import { Random } from '../../src/backend/index.js';
import { presetPlan, type BinarizationPlan } from '../../src/binarize/index.js';
import { imageSet, type Dataset, type ImageSet } from '../../src/data/index.js';
import { parseTrainConfig, type TrainConfig } from '../../src/training/index.js';

/** Bright pixels of each class: columns, rows, checkers, wide columns. */
const patterns: readonly ((x: number, y: number) => boolean)[] = [
  x => x % 2 === 0, (_, y) => y % 2 === 0, (x, y) => (x + y) % 2 === 0, x => x % 4 < 2,
];

/** Noisy patterns of 8 x 8, which a few steps learn. */
function patternSet(name: string, count: number, random: Random): ImageSet {
  const images = new Uint8Array(count * 64);
  const labels = Uint8Array.from({ length: count }, () => random.integer(4));
  labels.forEach((label, image) => {
    for (let pixel = 0; pixel < 64; pixel++) {
      images[image * 64 + pixel] = random.integer(100) + (patterns[label]!(pixel % 8, pixel >> 3) ? 100 : 0);
    }
  });
  return imageSet({ name, images, labels, height: 8, width: 8, channels: 1, classes: ['columns', 'rows', 'checkers', 'wide columns'] });
}

export function tinyData(): Dataset {
  const random = Random.seeded(7);
  return { train: patternSet('patterns train', 100, random), test: patternSet('patterns test', 40, random) };
}

export const tinyModel = {
  imgSize: 8, patchSize: 4, inChans: 1, numClasses: 4, embedDim: 8, depth: 2, numHeads: 2, mlpRatio: 2, qkvBias: true,
  classToken: false, globalPool: 'avg', dropPath: 0.1, layerNormEps: 1e-6,
} as const;

export const binaryPlan: BinarizationPlan = presetPlan('all', 'xnor-net');
export const floatPlan: BinarizationPlan = presetPlan('none', 'xnor-net');

/** A run of a fraction of a second. */
export function tinyConfig(changes: Partial<TrainConfig> = {}): TrainConfig {
  return parseTrainConfig({
    model: tinyModel, plan: binaryPlan, data: { name: 'patterns', validation: 20 }, augmentation: { crop: 1, flip: false },
    batchSize: 16, steps: 4, logEvery: 1, statisticsEvery: 2, checkpointEvery: 2, ...changes,
  });
}
