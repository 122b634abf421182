import type { BackendName } from '../backend/index.js';

/** What the commands of `binvit bench` take. */
export interface BenchOptions {
  readonly backend?: BackendName;
  readonly batchSize?: number;
  readonly threads?: number;
  readonly rounds: number;
  readonly json?: boolean;
}

/** Length of one measurement. */
export const roundMs = 500;
