import { fork, type ChildProcess } from 'node:child_process';
import type { FromWorker, ToWorker } from './messages.js';

/** What a worker said last, or how its process ended. */
export type Answer<Info, Progress, Result> =
  | Exclude<FromWorker<Info, Progress, Result>, { type: 'progress' }>
  | { readonly type: 'ended'; readonly reason: string };

/** How much of what a worker wrote to stderr is kept for the reason of its failure. */
const stderrTail = 2000;

/** One worker process, from start to end, as calls that are answered. */
export class PoolWorker<Setup, Job, Info, Progress, Result> {
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #stderr = '';
  #ended: string | null = null;
  #answer: ((answer: Answer<Info, Progress, Result>) => void) | null = null;
  #progress: ((progress: Progress) => void) | null = null;

  /** Starts the process: a compiled module of one thread, which inherits the environment but none of Node's options. */
  constructor(path: string) {
    this.#child = fork(path, [], {
      execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env: { ...process.env, BINVIT_THREADS: '1' },
    });
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-stderrTail);
    });
    this.#child.on('message', message => { this.#receive(message as FromWorker<Info, Progress, Result>); });
    const die = (how: string): void => {
      const tail = this.#stderr.trim();
      this.#ended ??= tail === '' ? how : `${how}; its last output: ${tail}`;
      this.#answer?.({ type: 'ended', reason: this.#ended });
    };
    // Not `exit`: by `close` all messages and all of stderr have arrived. But there is no `close` after `disconnect`.
    this.#child.on('close', (code, signal) => {
      die(`the worker process ended with ${signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`}`);
    });
    this.#gone = new Promise(resolve => {
      this.#child.on('exit', () => { resolve(); });
      this.#child.on('error', error => {
        die(`the worker process failed: ${error.message}`);
        if (this.#child.pid === undefined) resolve();
      });
    });
  }

  start(setup: Setup): Promise<Answer<Info, Progress, Result>> {
    return this.#ask({ type: 'start', setup });
  }

  run(job: Job, onProgress: (progress: Progress) => void): Promise<Answer<Info, Progress, Result>> {
    this.#progress = onProgress;
    return this.#ask({ type: 'run', job });
  }

  /** Asks for an end of the running job; its answer then comes soon. */
  stop(): void {
    this.#send({ type: 'stop' });
  }

  /** Lets the process go and waits until it is gone. */
  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#gone;
  }

  #ask(message: ToWorker<Setup, Job>): Promise<Answer<Info, Progress, Result>> {
    return new Promise(resolve => {
      this.#answer = resolve;
      if (this.#ended !== null) resolve({ type: 'ended', reason: this.#ended });
      else this.#send(message);
    });
  }

  #send(message: ToWorker<Setup, Job>): void {
    // A process that has just died takes no message; that it died is answered by its end.
    this.#child.send(message, () => undefined);
  }

  #receive(message: FromWorker<Info, Progress, Result>): void {
    if (message.type === 'progress') this.#progress?.(message.progress);
    else this.#answer?.(message);
  }
}
