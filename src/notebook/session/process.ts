import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { cellsDescriptor, interruptsDescriptor, reportsDescriptor, requestsDescriptor } from './descriptors.js';
import { encodeFrame, FrameReader } from './frames.js';
import { Lanes } from './lanes.js';
import type { InterruptRequest, SessionReport, SessionRequest } from './messages.js';
import { RawStream } from './raw-stream.js';
import { decodeReport } from './report-frames.js';
import type { SessionOptions } from './types.js';

/** What a {@link SessionProcess} tells. */
export interface ProcessListener {
  /** A report; that of a run's end comes after everything that was printed before it. Fences are not told. */
  report(message: SessionReport): void;
  /** What child processes and native code wrote to stdout and stderr themselves. */
  raw(name: 'stdout' | 'stderr', text: string): void;
  /** The process is gone; nothing comes after this. */
  ended(reason: string): void;
  /** Instead of `ended`, for a process that never was ready. */
  failed(reason: string): void;
}

const runtimePath = fileURLToPath(new URL('../../../dist/notebook/session/runtime/main.js', import.meta.url));
const drainMs = 500;
/** Node tells about its inspector, by which the session interrupts cells. */
const debuggerNotice = /^(Debugger (listening|attached|ending).*|For help, see: https:\/\/nodejs\.org\/.*inspector|Waiting for the debugger to disconnect\.\.\.)\n/gm;
/** Of what is reported before the same fence as it is written, the report comes first. */
const [reportsLane, stdoutLane, stderrLane] = [0, 1, 2] as const;
/** Enough of stderr to find Node's last words in. */
const lastWordsLength = 8192;

/** The process in which a session's cells run. */
export class SessionProcess {
  readonly #child: ChildProcess;
  readonly #listener: ProcessListener;
  readonly #stdout: RawStream;
  readonly #stderr: RawStream;
  readonly #lanes = new Lanes(3);
  #lastWords = '';
  #isReady = false;
  #ended = false;

  constructor(options: SessionOptions, listener: ProcessListener) {
    this.#listener = listener;
    const { path = process.execPath, args = [], env } = options.node ?? {};
    const inspector = options.inspect === true ? ['--inspect=127.0.0.1:0'] : [];
    this.#child = spawn(path, [...args, ...inspector, runtimePath], {
      cwd: options.cwd, env: { ...(env ?? process.env) },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
      // A Ctrl-C in the terminal is for this process, which then interrupts the cell.
      detached: process.platform !== 'win32',
    });
    const raw = (lane: number, name: 'stdout' | 'stderr', text: string): void => { this.#lanes.push(lane, () => { listener.raw(name, text); }); };
    this.#stdout = new RawStream(text => { raw(stdoutLane, 'stdout', text); }, () => { this.#lanes.fence(stdoutLane); });
    this.#stderr = new RawStream(text => {
      this.#lastWords = (this.#lastWords + text).slice(-lastWordsLength);
      const shown = text.replace(debuggerNotice, '');
      if (shown !== '') raw(stderrLane, 'stderr', shown);
    }, () => { this.#lanes.fence(stderrLane); });
    this.#child.stdout!.on('data', (piece: Buffer) => { this.#stdout.push(piece); });
    this.#child.stderr!.on('data', (piece: Buffer) => { this.#stderr.push(piece); });
    const reader = new FrameReader<SessionReport>((message, body) => { this.#receive(decodeReport(message, body)); });
    (this.#child.stdio[reportsDescriptor] as Readable).on('data', (piece: Buffer) => { reader.push(piece); });
    for (const descriptor of [requestsDescriptor, interruptsDescriptor]) {
      // Writing to a process that just died; its exit tells the reason.
      this.#writable(descriptor).on('error', () => undefined);
    }
    this.#child.on('error', error => { this.#end(`the process could not be started in ${options.cwd}: ${error.message}`); });
    this.#child.on('exit', (code, signal) => {
      this.cells?.destroy();
      void this.#drain(code, signal);
    });
  }

  /** The pipe through which it takes cells, for another process to write to; `null` when it could not be started. */
  get cells(): Writable | null {
    return this.#child.pid === undefined ? null : this.#writable(cellsDescriptor);
  }

  send(request: SessionRequest): void {
    this.#writable(requestsDescriptor).write(encodeFrame(request));
  }

  interrupt(request: InterruptRequest): void {
    this.#writable(interruptsDescriptor).write(encodeFrame(request));
  }

  /** Ends the process, whatever it does; the listener is not told. */
  kill(): void {
    this.#ended = true;
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      // What its cells have started goes with it: it leads a group of its own.
      process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  #writable(descriptor: number): Writable {
    return this.#child.stdio[descriptor] as Writable;
  }

  #receive(message: SessionReport): void {
    if (message.type === 'ready') this.#isReady = true;
    if (message.type === 'fence') this.#lanes.fence(reportsLane);
    else this.#lanes.push(reportsLane, () => { if (!this.#ended) this.#listener.report(message); });
  }

  /** What the process wrote before it died is still in its pipes; another process may hold their other ends. */
  async #drain(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, drainMs);
      this.#child.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#stdout.end();
    this.#stderr.end();
    this.#lanes.end();
    this.#end(this.#reason(code, signal));
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#isReady) this.#listener.ended(reason);
    else this.#listener.failed([reason, this.#lastWords.trim()].filter(text => text !== '').join(': '));
  }

  #reason(code: number | null, signal: NodeJS.Signals | null): string {
    if (/JavaScript heap out of memory|invalid array length Allocation failed/i.test(this.#lastWords)) return 'the process ran out of memory (JavaScript heap)';
    return signal === null ? `the process ended with exit code ${code}` : `the process was ended by signal ${signal}`;
  }
}
