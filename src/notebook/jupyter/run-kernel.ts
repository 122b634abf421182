import { startSession } from '../session/index.js';
import { readConnection } from './connection.js';
import { historyFile } from './folders.js';
import type { JupyterKernel } from './kernel.js';

const parentCheckMs = 1000;

/**
 * Runs a kernel for one front end, in the current folder, until the front end asks it to shut down, ends, or SIGTERM comes.
 * SIGINT interrupts the running cell, for front ends that do not send the message.
 *
 * @param connectionFile where to listen; written by the front end
 * @throws Error one sentence, when the connection file is not usable
 */
export async function runKernel(connectionFile: string): Promise<void> {
  const connection = await readConnection(connectionFile);
  const log = (sentence: string): void => { process.stderr.write(`binvit kernel: ${sentence}\n`); };
  let kernel: JupyterKernel | null = null;
  const session = startSession({
    cwd: process.cwd(), historyFile: historyFile(),
    onNotice: sentence => {
      if (kernel === null) log(sentence);
      else kernel.notify(`${sentence}\n`);
    },
  });
  try {
    // While the session's processes start, which takes longer.
    const [{ bindChannels }, { JupyterKernel }] = await Promise.all([import('./channels.js'), import('./kernel.js')]);
    const channels = await bindChannels(connection);
    kernel = new JupyterKernel({ connection, channels, session, log });
    kernel.start();
    process.on('SIGINT', () => { void session.interrupt(); });
    await Promise.race([kernel.ended, parentGone(), new Promise(resolve => { process.once('SIGTERM', resolve); })]);
    await session.close();
    await channels.close();
  } finally {
    await session.close();
  }
}

/** Resolves when the process that started this one is gone: nobody would ever shut this kernel down. */
function parentGone(): Promise<void> {
  const parent = process.ppid;
  return new Promise(resolve => {
    // Started by the first process of the machine or container: there is nobody to outlive.
    if (parent <= 1) return;
    const timer = setInterval(() => {
      if (process.ppid === parent && isAlive(parent)) return;
      clearInterval(timer);
      resolve();
    }, parentCheckMs);
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user is alive, too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
