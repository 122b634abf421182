/** From the pool to a worker. */
export type ToWorker<Setup, Job> =
  /** Once, first: load what all jobs need. Answered by `ready` or `unusable`. */
  | { readonly type: 'start'; readonly setup: Setup }
  /** Answered by any number of `progress`, then by `done`, `failed` or `interrupted`. */
  | { readonly type: 'run'; readonly job: Job }
  /** Save and end the job that runs, if one does. */
  | { readonly type: 'stop' };

/** From a worker to the pool. */
export type FromWorker<Info, Progress, Result> =
  | { readonly type: 'ready'; readonly info: Info }
  /** No job can run here. */
  | { readonly type: 'unusable'; readonly reason: string }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'done'; readonly result: Result }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'interrupted' };
