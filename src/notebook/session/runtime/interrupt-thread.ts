import { Session, type Runtime } from 'node:inspector';
import { Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { interruptsDescriptor } from '../descriptors.js';
import { FrameReader } from '../frames.js';
import type { InterruptRequest } from '../messages.js';
import type { InterruptOutcome } from './interruption.js';

/*
 * The thread of the session's process that is never busy. It interrupts the main thread, see interruption.ts, and ends the
 * process when the session is gone, also from an endless loop.
 */

/** For so long, the user's code is waited for when Node's own JavaScript is found running. */
const patienceMs = 1000;

const posted = workerData as Int32Array;
const session = new Session();
session.connectToMainThread();

const reader = new FrameReader<InterruptRequest>(({ run }) => { interrupt(run, performance.now() + patienceMs); });
const socket = new Socket({ fd: interruptsDescriptor, readable: true, writable: false });
socket.on('data', (piece: Buffer) => { reader.push(piece); });
socket.on('close', () => { process.kill(process.pid, 'SIGKILL'); });

parentPort!.on('message', () => {
  session.post('Runtime.terminateExecution');
  Atomics.store(posted, 0, 1);
  Atomics.notify(posted, 0);
});

function interrupt(run: number, forceFrom: number): void {
  const expression = `globalThis[Symbol.for('binvit.interrupt')](${run}, ${performance.now() > forceFrom})`;
  session.post('Runtime.evaluate', { expression, returnByValue: true, silent: true }, (_error, answer?: object) => {
    const outcome = (answer as Runtime.EvaluateReturnType | undefined)?.result.value as InterruptOutcome | undefined;
    if (outcome !== 'done') interrupt(run, forceFrom);
  });
}
