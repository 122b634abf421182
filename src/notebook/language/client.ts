import { Worker } from 'node:worker_threads';
import type { CellReference, Completeness, Completions, Diagnostic, Inspection, LanguageContext, SignatureHelp } from '../session/types.js';
import type { LanguageOptions, PreparedCell } from './cell-language.js';
import type { LanguageMethod, LanguageReply, LanguageRequest, LanguageResult } from './messages.js';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

// From the sources and from the build alike, the worker is the built one.
const workerUrl = new URL('../../../dist/notebook/language/worker.js', import.meta.url);

/**
 * {@link CellLanguage} in a thread of its own, which begins to load TypeScript at once. Requests are answered in order; where
 * the thread has died, they are refused with the reason until `reset` starts a new one.
 */
export class LanguageClient {
  readonly #options: LanguageOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker;
  #count = 0;
  /** Why there is no worker. */
  #ended: Error | null = null;
  #closed = false;

  constructor(options: LanguageOptions) {
    this.#options = options;
    this.#worker = this.#start();
  }

  /** @see CellLanguage.reset */
  reset(): Promise<void> {
    if (this.#ended === null || this.#closed) return this.#ask('reset');
    this.#ended = null;
    this.#worker = this.#start();
    return Promise.resolve();
  }

  /** @see CellLanguage.prepare */
  prepare(code: string, cell: CellReference, check = true): Promise<PreparedCell> {
    return this.#ask('prepare', code, cell, check);
  }

  /** @see CellLanguage.commit */
  commit(code: string, cell: CellReference): Promise<void> {
    return this.#ask('commit', code, cell);
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
    this.#closed = true;
    this.#end(new Error('The language service was closed.'));
    await this.#worker.terminate();
  }

  #start(): Worker {
    const worker = new Worker(workerUrl, { workerData: this.#options });
    const ended = (what: string, cause?: unknown): void => {
      if (worker === this.#worker) this.#end(new Error(`The language service ${what}; restart the session to get it back.`, { cause }));
    };
    worker.on('message', (reply: LanguageReply) => { this.#settle(reply); });
    worker.on('error', error => { ended(`stopped: ${error.message}`, error); });
    worker.on('exit', code => { ended(`ended with code ${code}`); });
    // An idle language service keeps no process alive; a question that waits for its answer does.
    worker.unref();
    return worker;
  }

  #ask<M extends LanguageMethod>(method: M, ...args: readonly unknown[]): Promise<LanguageResult<M>> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const request: LanguageRequest = { id: ++this.#count, method, args };
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve: resolve as (value: unknown) => void, reject });
      this.#worker.ref();
      this.#worker.postMessage(request);
    });
  }

  #settle(reply: LanguageReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    // A worker that is being ended counts until it has: a late reply must not let this process end before.
    if (this.#waiting.size === 0 && this.#ended === null) this.#worker.unref();
    if (reply.status === 'ok') waiting?.resolve(reply.value);
    else waiting?.reject(reply.error);
  }

  #end(reason: Error): void {
    this.#ended ??= reason;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
