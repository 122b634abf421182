import { createHook } from 'node:async_hooks';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { clearAsyncIds } from './async-ids.js';
import { isLocalFile } from './modules/local-file.js';
import { currentRun, newestRun, runOfCode, type Run } from './runs.js';
import { isCellScript } from './stack.js';

/*
 * How a cell is stopped. V8 terminates running JavaScript on demand of another thread (the inspector's
 * `Runtime.terminateExecution`): it unwinds, without `catch` and `finally`, up to the next boundary, which is the inspector's
 * evaluation, a round of microtasks, or a callback of Node. The interrupt thread evaluates `interrupt` on the main thread, in
 * the middle of whatever runs there. That ends the run and, if code was running, waits until the termination is posted; it takes
 * effect when `interrupt` returns. Code of a stopped run that waits for something is terminated when it goes on.
 */

/** Key of the global function that the interrupt thread calls with the number of a run. */
export const interruptKey = 'binvit.interrupt';

/** Set to 1 by the interrupt thread when it has posted a termination. */
const posted = new Int32Array(new SharedArrayBuffer(4));

/** Calls in which the machinery must not be cut. */
let shields = 0;
let loading = 0;
let deferred: (() => void) | null = null;
let thread: Worker | null = null;
let endStopped: (run: Run) => void = () => undefined;
const stoppedEarly = new Set<number>();

/** Starts the interrupt thread. `end` ends a run as interrupted. */
export function startInterruptThread(end: (run: Run) => void): void {
  endStopped = end;
  Object.defineProperty(globalThis, Symbol.for(interruptKey), { value: interrupt });
  thread = new Worker(new URL('./interrupt-thread.js', import.meta.url), { workerData: posted, execArgv: [] });
  thread.unref();
}

/** Whether the run was interrupted before it came here. */
export function wasStoppedEarly(run: number): boolean {
  return stoppedEarly.delete(run);
}

/** Runs code of the machinery on behalf of the user's code; an interrupt takes effect after it. */
export function shielded<Result>(code: () => Result): Result {
  return shield(code, () => { terminate(); });
}

/** Runs code of the machinery that no user's code waits for; only {@link unshielded} parts of it can be terminated. */
export function machinery<Result>(code: () => Result): Result {
  return shield(code, () => undefined);
}

/** Runs the user's code within {@link machinery}. */
export function unshielded(code: () => void): void {
  const before = shields;
  shields = 0;
  code();
  shields = before;
}

function shield<Result>(code: () => Result, after: () => void): Result {
  shields++;
  try {
    return code();
  } finally {
    shields--;
    if (shields === 0 && deferred !== null) {
      const stop = deferred;
      deferred = null;
      stop();
      after();
    }
  }
}

function interrupt(number: number): void {
  const stop = (): void => { stopRun(number); };
  if (shields > 0) {
    deferred = stop;
    return;
  }
  const busy = codeIsRunning();
  machinery(stop);
  if (busy) terminate();
}

function stopRun(number: number): void {
  const run = currentRun();
  if (run?.id === number) {
    run.stopped = true;
    stoppedCodeHook.enable();
    run.stop.abort();
    endStopped(run);
  } else if (number > (newestRun()?.id ?? 0)) {
    stoppedEarly.add(number);
  }
}

/** Lets V8 unwind the code that called; it ends at the next function call or turn of a loop. */
function terminate(): void {
  clearAsyncIds();
  Atomics.store(posted, 0, 0);
  thread!.postMessage(null);
  Atomics.wait(posted, 0, 0);
}

const stoppedCodeHook = createHook({
  before() {
    if (runOfCode()?.stopped === true) terminate();
  },
});

/** Calls `load`, which has Node load modules. Only the user's own code may be cut off in it: a package must not stay half loaded. */
export async function whileLoading<Result>(load: () => Promise<Result>): Promise<Result> {
  loading++;
  try {
    return await load();
  } finally {
    loading--;
  }
}

/** Whether `interrupt` was called in the middle of code that can be terminated. */
function codeIsRunning(): boolean {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = Infinity;
    Error.prepareStackTrace = (_, sites) => sites.filter(site => !site.isAsync()).map(site => site.getScriptNameOrSourceURL() as string | undefined);
    const scripts = new Error().stack as unknown as (string | undefined)[];
    // The first frames are those of `interrupt` and of its evaluation.
    const ownFrames = 3;
    return loading === 0 ? scripts.length > ownFrames : scripts.some(script => script !== undefined && isOfUser(script));
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function isOfUser(script: string): boolean {
  return isCellScript(script) || script.startsWith('file:') && isLocalFile(fileURLToPath(script)) || isAbsolute(script) && isLocalFile(script);
}
