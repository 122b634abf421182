import { Worker } from 'node:worker_threads';
import { clearAsyncIds } from './async-ids.js';

/** Set to 1 by the interrupt thread when it has posted a termination. */
const posted = new Int32Array(new SharedArrayBuffer(4));
let thread: Worker | null = null;

/** Starts the thread that interrupts this one. */
export function startInterruptThread(): void {
  thread = new Worker(new URL('./interrupt-thread.js', import.meta.url), { workerData: posted, execArgv: [] });
  thread.unref();
}

/** Called by the interrupt thread, through the inspector: has V8 unwind the code in the middle of which that happened. */
export function terminateAfterwards(): void {
  clearAsyncIds();
  Atomics.store(posted, 0, 0);
  thread!.postMessage(null);
  Atomics.wait(posted, 0, 0);
}

/** Has V8 unwind the code that calls. Not for hooks of promises, where V8 does not allow it. */
export function terminate(): void {
  terminateAfterwards();
  // V8 looks for what was posted at every turn of a loop. Were it to find it later, it would hit other code.
  for (;;);
}
