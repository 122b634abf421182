import { PoolWorker } from './pool-worker.js';

/** How a job ended that was not interrupted. `info` is what its worker said of itself. */
export type Outcome<Info, Result> =
  | { readonly status: 'done'; readonly result: Result; readonly info: Info }
  | { readonly status: 'failed'; readonly reason: string; readonly info: Info };

export interface PoolOptions<Setup, Job, Info, Progress, Result> {
  /** Compiled module of the worker; it speaks `messages.ts`. */
  readonly workerPath: string;
  /** What every worker loads once. */
  readonly setup: Setup;
  /** In the order in which they are started. */
  readonly jobs: readonly Job[];
  /** Number of processes. */
  readonly workers: number;
  /** When aborted, running jobs are asked to save and end, and no further ones start. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (job: Job, progress: Progress) => void;
  /** Called once for each job, unless it was interrupted or not begun. */
  readonly onOutcome: (job: Job, outcome: Outcome<Info, Result>) => void;
}

/**
 * Runs jobs in a pool of processes. A worker that dies, by a crash or a signal, costs its job (`failed`, with exit code or
 * signal and the end of its stderr) and is replaced. No process outlives the call, nor the death of this process.
 *
 * @throws Error when a worker cannot start, or what `onOutcome` throws; the jobs that run then are interrupted
 */
export async function runPool<Setup, Job, Info, Progress, Result>(
  options: PoolOptions<Setup, Job, Info, Progress, Result>,
): Promise<void> {
  type Worker = PoolWorker<Setup, Job, Info, Progress, Result>;
  const queue = [...options.jobs];
  const alive = new Set<Worker>();
  let stopped = false;
  const stopping = (): boolean => stopped || options.signal?.aborted === true;
  const stop = (): void => {
    stopped = true;
    for (const worker of alive) worker.stop();
  };

  /** A worker that is ready, or `null` when the pool stopped meanwhile. */
  const startWorker = async (): Promise<{ worker: Worker; info: Info } | null> => {
    const worker: Worker = new PoolWorker(options.workerPath);
    alive.add(worker);
    const answer = await worker.start(options.setup);
    if (answer.type === 'ready') return { worker, info: answer.info };
    if (stopping()) return null;
    throw new Error(answer.type === 'unusable' || answer.type === 'ended' ? answer.reason : `the worker answered ${answer.type} to start`);
  };

  /** Takes jobs from the queue until there is none. */
  const lane = async (): Promise<void> => {
    let current: { worker: Worker; info: Info } | null = null;
    while (!stopping() && queue.length > 0) {
      current ??= await startWorker();
      // Another lane may have taken the last job while this one's worker started.
      const job = current && !stopping() ? queue.shift() : undefined;
      if (current === null || job === undefined) return;
      const { worker, info } = current;
      const answer = await worker.run(job, progress => { options.onProgress(job, progress); });
      if (answer.type === 'done') options.onOutcome(job, { status: 'done', result: answer.result, info });
      else if (answer.type === 'failed') options.onOutcome(job, { status: 'failed', reason: answer.reason, info });
      else if (!stopping()) {
        const reason = answer.type === 'ended' ? answer.reason : 'the worker process was stopped by SIGTERM';
        options.onOutcome(job, { status: 'failed', reason, info });
        await worker.end();
        alive.delete(worker);
        current = null;
      }
    }
  };

  options.signal?.addEventListener('abort', stop);
  try {
    const lanes = Array.from({ length: Math.min(options.workers, queue.length) }, async () => {
      try {
        await lane();
      } catch (error) {
        stop();
        throw error;
      }
    });
    const failed = (await Promise.allSettled(lanes)).find(result => result.status === 'rejected');
    if (failed) throw failed.reason;
  } finally {
    options.signal?.removeEventListener('abort', stop);
    await Promise.all([...alive].map(worker => worker.end()));
  }
}
