import type { BackendName } from '../backend/index.js';
import type { DatasetName } from '../data/index.js';
import type { TrainConfig, TrainProgress, TrainSummary } from '../training/index.js';

/** What a training worker loads once. */
export interface TrainingSetup {
  readonly data: DatasetName;
  /** Folder of the data; `null`: where the data set is known to lie. */
  readonly dataDir: string | null;
  /** `null`: the best one that works. */
  readonly backend: BackendName | null;
}

export interface TrainingJob {
  readonly config: TrainConfig;
  /** The run's folder. */
  readonly dir: string;
}

export type TrainingProgress = Pick<TrainProgress, 'step' | 'phase'>;
export type TrainingResult = TrainSummary;
