import fs from 'node:fs';
import { reportsDescriptor } from '../descriptors.js';
import { fenceMark, type SessionReport } from '../messages.js';
import { encodeReport } from '../report-frames.js';
import { shielded } from './interruption.js';

// As it is before it is replaced for the user's code.
const { writevSync } = fs;
const rawDescriptors = [1, 2];
const mark = Buffer.from(fenceMark);
const retryMs = 1;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Hands a report to the session before it returns, so that nothing is lost when the process dies right after, and a busy loop's
 * output is seen while it runs.
 */
export function report(message: SessionReport): void {
  shielded(() => { writeWhole(reportsDescriptor, encodeReport(message)); });
}

/**
 * What others than the session have written to stdout and stderr by now comes before what is reported from now on.
 *
 * @param messages reported at once with it, for which the session wakes up only once
 */
export function fence(...messages: readonly SessionReport[]): void {
  const frames = [{ type: 'fence' } as const, ...messages].map(encodeReport);
  shielded(() => {
    for (const descriptor of rawDescriptors) writeWhole(descriptor, mark);
    writeWhole(reportsDescriptor, ...frames);
  });
}

/** Writes all bytes, also to a pipe that someone made non-blocking and that is full. */
function writeWhole(descriptor: number, ...pieces: Uint8Array[]): void {
  while (pieces.length > 0) {
    try {
      let written = writevSync(descriptor, pieces);
      while (pieces.length > 0 && written >= pieces[0]!.length) written -= pieces.shift()!.length;
      if (written > 0) pieces[0] = pieces[0]!.subarray(written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(sleeper, 0, 0, retryMs);
    }
  }
}
