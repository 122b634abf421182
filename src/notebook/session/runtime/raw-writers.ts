import childProcess, { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { fence } from './reports.js';

/* What writes to stdout and stderr past `process.stdout`, `process.stderr` and `console`. */

/** What `spawn`, `exec`, `execFile` and `fork` call, and the typings of Node do not have. */
interface Spawning {
  spawn: (this: ChildProcess, options: unknown) => unknown;
}

const synchronous = ['spawnSync', 'execSync', 'execFileSync'] as const;
const writers = ['writeSync', 'writevSync'] as const;

let running = 0;

/** Whether child processes may be writing. */
export function childrenWrite(): boolean {
  return running > 0;
}

/** Keeps what child processes and direct writes print in its place among what the cell prints. */
export function fenceRawWriters(): void {
  for (const name of synchronous) {
    const original = childProcess[name] as (...args: unknown[]) => unknown;
    Object.assign(childProcess, { [name]: (...args: unknown[]) => fenced(() => original(...args)) });
  }
  for (const name of writers) {
    const original = fs[name] as (...args: unknown[]) => number;
    Object.assign(fs, { [name]: (...args: unknown[]) => (args[0] === 1 || args[0] === 2 ? fenced(() => original(...args)) : original(...args)) });
  }
  const prototype = ChildProcess.prototype as unknown as Spawning;
  const { spawn } = prototype;
  prototype.spawn = function (options) {
    fence();
    const result = spawn.call(this, options);
    running++;
    this.once('close', () => {
      running--;
      fence();
    });
    return result;
  };
  syncBuiltinESMExports();
}

function fenced<Result>(write: () => Result): Result {
  fence();
  try {
    return write();
  } finally {
    fence();
  }
}
