/** How much is spent on a run, and how many runs a cell gets. */
export interface Profile {
  readonly name: ProfileName;
  /** Updates a run. */
  readonly steps: number;
  /** Images an update. */
  readonly batchSize: number;
  /** Training images set aside for validation. */
  readonly validation: number;
  /** Seeds a cell; the evaluation seeds are 1 to this number. */
  readonly seeds: number;
  /** Steps between rows of a run's log, between its layer statistics, evaluations (`null`: only at the end) and checkpoints. */
  readonly logEvery: number;
  readonly statisticsEvery: number;
  readonly evaluateEvery: number | null;
  readonly checkpointEvery: number;
}

export const profileNames = ['quick', 'standard', 'full'] as const;
export type ProfileName = (typeof profileNames)[number];

const sizes = { batchSize: 128, validation: 5000 };

/** An epoch of the 55,000 images that both data sets leave for training. */
const epoch = Math.ceil(55_000 / sizes.batchSize);

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  /** Does everything work? About a minute; the accuracies mean nothing. */
  quick: { ...sizes, name: 'quick', steps: 40, seeds: 1, logEvery: 5, statisticsEvery: 20, evaluateEvery: null, checkpointEvery: 40 },
  /** Under one epoch, which is enough for both findings of the paper to show; minutes. */
  standard: { ...sizes, name: 'standard', steps: 400, seeds: 3, logEvery: 10, statisticsEvery: 100, evaluateEvery: 100, checkpointEvery: 200 },
  /** Ten epochs; hours. */
  full: {
    ...sizes, name: 'full', steps: 10 * epoch, seeds: 8, logEvery: 50, statisticsEvery: epoch, evaluateEvery: epoch, checkpointEvery: epoch,
  },
};
