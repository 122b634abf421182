import { Session } from 'node:inspector';
import { Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { FrameReader } from '../frames.js';
import type { InterruptRequest } from '../messages.js';
import { interruptsDescriptor } from '../descriptors.js';

/*
 * The thread of the session's process that is never busy. It interrupts the main thread, see interruption.ts, and ends the
 * process when the session is gone, also from an endless loop.
 */

const posted = workerData as Int32Array;
const session = new Session();
session.connectToMainThread();

const reader = new FrameReader<InterruptRequest>(({ run }) => {
  session.post('Runtime.evaluate', { expression: `globalThis[Symbol.for('binvit.interrupt')](${run})`, silent: true });
});
const socket = new Socket({ fd: interruptsDescriptor, readable: true, writable: false });
socket.on('data', (piece: Buffer) => { reader.push(piece); });
socket.on('close', () => { process.kill(process.pid, 'SIGKILL'); });

parentPort!.on('message', () => {
  session.post('Runtime.terminateExecution');
  Atomics.store(posted, 0, 1);
  Atomics.notify(posted, 0);
});
