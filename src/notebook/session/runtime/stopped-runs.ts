import { createHook, executionAsyncResource } from 'node:async_hooks';
import { outsideRuns, runOfCode } from './runs.js';
import { terminate } from './termination.js';

/** What Node calls of a timer, an immediate, and a tick or microtask. */
interface CallbackResource {
  _onTimeout?: unknown;
  _onImmediate?: unknown;
  callback?: unknown;
  /** Interval after which a timer calls again. */
  _repeat?: unknown;
}

const callbacks = ['_onTimeout', '_onImmediate', 'callback'] as const;
let terminationQueued = false;

/**
 * Keeps the code of stopped runs from going on. A callback is replaced right before Node calls it. When a promise settles by
 * code of a stopped run, a termination is queued ahead of what waits for the promise, which is dropped by it, with the rest of
 * the round of microtasks.
 */
const hook = createHook({
  before() {
    if (runOfCode()?.stopped !== true) return;
    const resource = executionAsyncResource() as CallbackResource;
    for (const name of callbacks) {
      if (typeof resource[name] === 'function') resource[name] = () => undefined;
    }
    if (resource._repeat !== undefined) resource._repeat = null;
  },
  promiseResolve() {
    if (terminationQueued || runOfCode()?.stopped !== true) return;
    terminationQueued = true;
    outsideRuns(() => {
      queueMicrotask(() => {
        terminationQueued = false;
        terminate();
      });
    });
  },
});

export function keepStoppedRunsStopped(): void {
  // A termination from elsewhere may have dropped the queued one.
  terminationQueued = false;
  hook.enable();
}
