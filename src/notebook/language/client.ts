import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { encodeFrame, FrameReader } from '../session/frames.js';
import type { CellReference, Completeness, Completions, Diagnostic, Inspection, LanguageContext, SessionOptions, SignatureHelp } from '../session/types.js';
import type { LanguageOptions } from './cell-language.js';
import { descriptor, type ErrorRecord, type LanguageMethod, type LanguageReply, type LanguageRequest, type LanguageResult, type Refusal, type RunOrder } from './messages.js';
import { keepSnapshot, serverEnvironment, serverFlags, serverPath, snapshotPath } from './snapshot.js';

/** By then the first cells have run. */
const keepAfterMs = 5000;

interface Waiting {
  readonly request: LanguageRequest;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * {@link CellLanguage} in a process of its own, which begins to load TypeScript at once, from a snapshot of its heap where an
 * earlier one has left that. Requests are answered in order; where the process has died, they are refused with the reason.
 */
export class LanguageClient {
  readonly #options: LanguageOptions;
  readonly #cells: Writable | null;
  readonly #node: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #snapshot: string;
  readonly #waiting = new Map<number, Waiting>();
  #server: ChildProcess;
  #count = 0;
  /** Set where this start was a slow one. */
  #keeping: NodeJS.Timeout | null = null;
  /** Why there is no server. */
  #ended: Error | null = null;

  /**
   * @param cells where cells that are right are sent, see `SessionProcess.cells`
   * @param node see `SessionOptions.node`; its arguments are for the session's process alone
   */
  constructor(options: LanguageOptions, cells: Writable | null, node?: SessionOptions['node']) {
    this.#options = options;
    this.#cells = cells;
    this.#node = node?.path ?? process.execPath;
    this.#env = node?.env ?? process.env;
    this.#snapshot = snapshotPath(this.#node);
    this.#server = this.#start();
  }

  /**
   * @returns why the cell does not run; `null` when it does
   * @see LanguageMethods.run
   */
  run(code: string, cell: CellReference, order: RunOrder): Promise<Refusal | null> {
    return this.#ask('run', code, cell, order);
  }

  /** @see CellLanguage.diagnose */
  diagnose(code: string, context?: LanguageContext): Promise<readonly Diagnostic[]> {
    return this.#ask('diagnose', code, context);
  }

  /** @see CellLanguage.complete */
  complete(code: string, offset: number, context?: LanguageContext): Promise<Completions> {
    return this.#ask('complete', code, offset, context);
  }

  /** @see CellLanguage.inspect */
  inspect(code: string, offset: number, context?: LanguageContext): Promise<Inspection | null> {
    return this.#ask('inspect', code, offset, context);
  }

  /** @see CellLanguage.signatureHelp */
  signatureHelp(code: string, offset: number, context?: LanguageContext): Promise<SignatureHelp | null> {
    return this.#ask('signatureHelp', code, offset, context);
  }

  /** @see CellLanguage.isComplete */
  isComplete(code: string): Promise<Completeness> {
    return this.#ask('isComplete', code);
  }

  async close(): Promise<void> {
    this.#end(new Error('The language service was closed.'));
    this.#keepSnapshot();
    const server = this.#server;
    if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) return;
    await new Promise(resolve => {
      server.ref();
      server.once('exit', resolve);
      server.kill('SIGKILL');
    });
  }

  #start(snapshot: string | null = existsSync(this.#snapshot) ? this.#snapshot : null): ChildProcess {
    const server = spawn(this.#node, [
      ...serverFlags, ...snapshot === null ? [] : ['--snapshot-blob', snapshot], serverPath, JSON.stringify(this.#options),
    ], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', this.#cells?.destroyed === false ? this.#cells : 'pipe'], cwd: this.#options.cwd,
      env: { ...this.#env, ...serverEnvironment },
      // A Ctrl-C in the terminal is for this process.
      detached: process.platform !== 'win32',
    });
    let hasAnswered = false;
    const ended = (what: string, cause?: unknown): void => {
      if (server === this.#server) this.#end(new Error(`The language service ${what}; restart the session to get it back.`, { cause }));
    };
    const reader = new FrameReader<LanguageReply>(reply => {
      hasAnswered = true;
      if (reply.status === 'stopped') ended(`stopped: ${reply.error.message}`, errorOf(reply.error));
      else this.#settle(reply);
    });
    const socket = socketOf(server);
    socket.on('data', (piece: Buffer) => { reader.push(piece); });
    // Writing to a server that just died; its exit tells the reason.
    socket.on('error', () => undefined);
    server.on('error', error => { ended(`could not be started in ${this.#options.cwd}: ${error.message}`, error); });
    server.on('exit', (code, signal) => {
      if (snapshot === null || hasAnswered || server !== this.#server || this.#ended !== null) {
        ended(signal === null ? `ended with code ${code}` : `was ended by signal ${signal}`);
        return;
      }
      // A snapshot of another Node, or one that was damaged.
      rmSync(snapshot, { force: true });
      this.#server = this.#start(null);
      for (const { request } of this.#waiting.values()) this.#send(request);
    });
    // An idle language service keeps no process alive; a question that waits for its answer does.
    server.unref();
    socket.unref();
    if (snapshot === null) this.#keeping = setTimeout(() => { this.#keepSnapshot(); }, keepAfterMs).unref();
    return server;
  }

  /** Has the next start be a fast one, where this was none. */
  #keepSnapshot(): void {
    if (this.#keeping === null) return;
    clearTimeout(this.#keeping);
    this.#keeping = null;
    keepSnapshot(this.#node, this.#env);
  }

  #ask<M extends LanguageMethod>(method: M, ...args: readonly unknown[]): Promise<LanguageResult<M>> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    // JSON has no `undefined`.
    const request: LanguageRequest = { id: ++this.#count, method, args: args.filter(value => value !== undefined) };
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { request, resolve: resolve as (value: unknown) => void, reject });
      this.#send(request);
    });
  }

  #send(request: LanguageRequest): void {
    const socket = socketOf(this.#server);
    socket.ref();
    socket.write(encodeFrame(request));
  }

  #settle(reply: Exclude<LanguageReply, { status: 'stopped' }>): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) socketOf(this.#server).unref();
    if (reply.status === 'ok') waiting?.resolve(reply.value);
    else waiting?.reject(errorOf(reply.error));
  }

  #end(reason: Error): void {
    this.#ended ??= reason;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

function socketOf(server: ChildProcess): Socket {
  return server.stdio[descriptor] as Socket;
}

function errorOf({ name, message, stack }: ErrorRecord): Error {
  return Object.assign(new Error(message), { name, stack });
}
