import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import type { CellError } from '../types.js';
import type { RunnableCell } from '../messages.js';

/** One execution of a cell. */
export interface Run {
  readonly id: number;
  readonly cell: RunnableCell;
  /** Ends the run for the session; the first call counts. */
  readonly end: (error: CellError | null) => void;
  /** Value of the last expression, `undefined` when there is none. */
  result: unknown;
  /** What the run's end waits for. */
  readonly pending: Set<Promise<void>>;
  /** The user stopped it: none of its code may run again. */
  stopped: boolean;
  /** Aborted when the run is stopped. */
  readonly stop: AbortController;
}

const storage = new AsyncLocalStorage<Run>();
let newest: Run | null = null;
let current: Run | null = null;

/** Runs `code` so that everything it starts, also what goes on later, belongs to `run`. */
export function inRun(run: Run, code: () => void): void {
  newest = run;
  current = run;
  // A resource of its own: a termination would leave the run with that of the caller.
  new AsyncResource('BinvitCell').runInAsyncScope(() => {
    storage.enterWith(run);
    code();
  });
}

/** The run that came last, also when it has ended. */
export function newestRun(): Run | null {
  return newest;
}

/** The run that has not ended yet. */
export function currentRun(): Run | null {
  return current;
}

export function leaveRun(run: Run): void {
  if (current === run) current = null;
}

/** The run whose code is executing, `null` when that is not known. */
export function runOfCode(): Run | null {
  return storage.getStore() ?? null;
}

/** The run that an output belongs to: the one whose code makes it, else the newest one. */
export function runOfOutput(): Run | null {
  return storage.getStore() ?? newest;
}

/** Calls `code` outside of any run, so that stopping the run does not stop what `code` starts. */
export function outsideRuns<Result>(code: () => Result): Result {
  return storage.exit(code);
}
