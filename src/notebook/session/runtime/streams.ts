import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { OutputEvent } from '../types.js';
import { shielded } from './interruption.js';
import { fence, report } from './reports.js';
import { childrenWrite } from './raw-writers.js';
import { runOfOutput } from './runs.js';

/** Reports an output under the cell whose code made it. */
export function output(event: OutputEvent): void {
  const run = runOfOutput();
  if (run === null) return;
  const fenced = childrenWrite();
  if (fenced) fence();
  report({ type: 'output', run: run.id, event });
  if (fenced) fence();
}

/** Replaces `process.stdout`, `process.stderr` and `console`, so that what they print is known to come from which cell. */
export function captureStreams(): void {
  const stdout = capturedStream('stdout', 1);
  const stderr = capturedStream('stderr', 2);
  Object.defineProperty(process, 'stdout', { value: stdout, configurable: true, enumerable: true });
  Object.defineProperty(process, 'stderr', { value: stderr, configurable: true, enumerable: true });
  // Node's own console also tells the inspector, which keeps what was printed alive.
  const console = new Console({ stdout, stderr });
  globalThis.console = Object.assign(console, { Console });
}

function capturedStream(name: 'stdout' | 'stderr', fd: 1 | 2): Writable {
  const decoder = new StringDecoder('utf8');
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      const text = typeof chunk === 'string' ? chunk : decoder.write(chunk);
      if (text !== '') output({ type: 'stream', name, text });
      done();
    },
  });
  // A write that was cut in the middle would leave the stream writing for ever.
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  return Object.assign(stream, { fd, isTTY: false, write: (...args: unknown[]) => shielded(() => write(...args)) });
}
