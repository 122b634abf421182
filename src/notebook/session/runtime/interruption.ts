import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isLocalFile } from './modules/local-file.js';
import { currentRun, newestRun, runOfCode, type Run } from './runs.js';
import { isCellScript, isMachinery } from './stack.js';
import { keepStoppedRunsStopped } from './stopped-runs.js';
import { startInterruptThread, terminateAfterwards } from './termination.js';

/*
 * How a cell is stopped. V8 terminates running JavaScript on demand of another thread (the inspector's
 * `Runtime.terminateExecution`): it unwinds, without `catch` and `finally`, up to the next boundary, which is the inspector's
 * evaluation, a round of microtasks, or a callback of Node. The interrupt thread evaluates `interrupt` on the main thread, in
 * the middle of whatever runs there. That ends the run and, if code was running, waits until the termination is posted; it takes
 * effect soon after `interrupt` returns. In Node's own JavaScript, and in ours, a termination would leave something half done;
 * then the interrupt thread tries again, for a while.
 */

/** Key of the global function that the interrupt thread calls. */
export const interruptKey = 'binvit.interrupt';

/** What `interrupt` tells the interrupt thread: whether to call it again. */
export type InterruptOutcome = 'done' | 'again';

/** Calls in which the machinery must not be cut. */
let shields = 0;
let loading = 0;
let endStopped: (run: Run | number) => void = () => undefined;
const stoppedEarly = new Set<number>();

/** Makes runs stoppable. `end` ends a run as interrupted, or, by its number, one that has not come yet. */
export function takeInterrupts(end: (run: Run | number) => void): void {
  endStopped = end;
  Object.defineProperty(globalThis, Symbol.for(interruptKey), { value: interrupt });
  startInterruptThread();
}

/** Whether the run was interrupted, and has ended, before it came here. */
export function wasStoppedEarly(run: number): boolean {
  return stoppedEarly.delete(run);
}

/** Runs code of the machinery, which must not be cut in the middle. */
export function shielded<Result>(code: () => Result): Result {
  shields++;
  try {
    return code();
  } finally {
    shields--;
  }
}

/** Runs the user's code within {@link shielded} code. */
export function unshielded(code: () => void): void {
  const before = shields;
  shields = 0;
  code();
  shields = before;
}

/** Calls `load`, which has Node load modules. Only the user's own code may be cut off in it: a package must not stay half loaded. */
export async function whileLoading<Result>(load: () => Promise<Result>): Promise<Result> {
  loading++;
  try {
    return await load();
  } finally {
    loading--;
  }
}

/** @param force whether Node's own JavaScript may be cut too, where the user's code seems to be in it all the time */
function interrupt(number: number, force: boolean): InterruptOutcome {
  if (shields > 0) return 'again';
  const scripts = runningScripts();
  const [innermost] = scripts;
  const isInNode = innermost?.startsWith('node:') === true;
  if (innermost !== undefined && (isHook(innermost) || isMachinery(innermost) || isInNode && !force)) return 'again';
  const isRunning = currentRun()?.id === number;
  shielded(() => { stopRun(number); });
  // Between two callbacks nothing is cut: those of a stopped run are not called any more, and what waits in the queue of
  // microtasks is met in its own code, the next time.
  if (isInNode && scripts.every(script => script.startsWith('node:'))) return 'again';
  // A newer cell's code is not meant, nor is, once the run has been ended, the session's own.
  const owner = runOfCode();
  const isMeant = owner === null ? isRunning : owner.id <= number;
  if (innermost !== undefined && isMeant && (loading === 0 || scripts.some(isOfUser))) terminateAfterwards();
  return 'done';
}

function stopRun(number: number): void {
  const run = currentRun();
  if (run?.id === number) {
    run.stopped = true;
    keepStoppedRunsStopped();
    run.stop.abort();
    endStopped(run);
  } else if (number > (newestRun()?.id ?? 0) && !stoppedEarly.has(number)) {
    stoppedEarly.add(number);
    endStopped(number);
  }
}

/** Scripts of the functions in the middle of which `interrupt` was called, innermost first; none while Node waits. */
function runningScripts(): string[] {
  const { stackTraceLimit } = Error;
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')!;
  try {
    Error.stackTraceLimit = Infinity;
    Error.prepareStackTrace = (_, sites) => sites
      .filter(site => !site.isAsync())
      .map(site => (site.getScriptNameOrSourceURL() as string | undefined) ?? '');
    // The first frames are this function, `interrupt` and its evaluation. Functions of V8 have no script.
    return (new Error().stack as unknown as string[]).slice(3).filter(script => script !== '');
  } finally {
    Object.defineProperty(Error, 'prepareStackTrace', prepare);
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Node's part of the hooks of promises, in which V8 takes a termination for an error. */
function isHook(script: string): boolean {
  return /^node:internal\/(async_hooks|promise_hooks|async_local_storage)/.test(script);
}

function isOfUser(script: string): boolean {
  return isCellScript(script) || script.startsWith('file:') && isLocalFile(fileURLToPath(script)) || isAbsolute(script) && isLocalFile(script);
}
