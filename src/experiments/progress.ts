import type { Job } from './grid.js';
import type { TrainingProgress } from './training-messages.js';

/** Where a grid stands, over all of its runs. */
export interface GridProgress {
  /** Runs of the grid, those included that an earlier call finished. */
  readonly runs: number;
  readonly runsDone: number;
  readonly runsFailed: number;
  /** Training images of this call: done, and still to do. */
  readonly imagesDone: number;
  readonly imagesLeft: number;
  /** Over all workers, evaluation included; `null` until there is something to measure. */
  readonly imagesPerSecond: number | null;
  /** Seconds to the end at this speed; `null` until there is a speed. */
  readonly etaSeconds: number | null;
  /** Names of the runs in work. */
  readonly running: readonly string[];
}

/** Less than this gives no speed worth showing. */
const leastElapsedMs = 1000;

/** Counts the images of many runs at once; steps that a resumed run has behind it count as neither done nor left. */
export class ImageCounter {
  readonly #steps = new Map<Job, number>();
  readonly #now: () => number;
  #firstMs: number | null = null;
  #done = 0;
  #left: number;

  /** @param now clock in milliseconds */
  constructor(jobs: readonly Job[], now: () => number = () => performance.now()) {
    this.#left = jobs.reduce((sum, { config }) => sum + config.steps * config.batchSize, 0);
    this.#now = now;
  }

  advance(job: Job, { step, phase }: TrainingProgress): void {
    const { batchSize } = job.config;
    let last = this.#steps.get(job);
    if (last === undefined) {
      last = phase === 'training' ? step - 1 : step;
      this.#left -= last * batchSize;
    }
    this.#firstMs ??= this.#now();
    this.#done += (step - last) * batchSize;
    this.#left -= (step - last) * batchSize;
    this.#steps.set(job, step);
  }

  /** The job ended, at whatever step. */
  end(job: Job): void {
    this.#left -= (job.config.steps - (this.#steps.get(job) ?? 0)) * job.config.batchSize;
    this.#steps.set(job, job.config.steps);
  }

  read(): Pick<GridProgress, 'imagesDone' | 'imagesLeft' | 'imagesPerSecond' | 'etaSeconds'> {
    const elapsedMs = this.#firstMs === null ? 0 : this.#now() - this.#firstMs;
    const imagesPerSecond = elapsedMs < leastElapsedMs || this.#done === 0 ? null : (1000 * this.#done) / elapsedMs;
    return {
      imagesDone: this.#done,
      imagesLeft: this.#left,
      imagesPerSecond,
      etaSeconds: imagesPerSecond === null ? null : this.#left / imagesPerSecond,
    };
  }
}
