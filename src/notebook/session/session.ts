// Not from the folder's index, which loads TypeScript into this process.
import { LanguageClient } from '../language/client.js';
import { crashedError, discardedError, formatDiagnostic, refusedError, unstartedError } from './cell-errors.js';
import { CurrentCell } from './current-cell.js';
import { CellHistory } from './history.js';
import type { SessionReport } from './messages.js';
import { Outputs } from './outputs.js';
import { SessionProcess } from './process.js';
import { TaskQueue } from './task-queue.js';
import type {
  CellError, CellReference, Completeness, Completions, Diagnostic, ExecuteOptions, ExecuteResult, Inspection, LanguageContext, MimeBundle,
  NotebookSession, SessionOptions, SignatureHelp, Variable,
} from './types.js';

/** Starts a session. Its process starts at once; cells may be executed right away. */
export function startSession(options: SessionOptions): NotebookSession {
  return new Session(options);
}

/** After this, an interrupt that had no effect is explained. */
const unresponsiveMs = 3000;

class Session implements NotebookSession {
  readonly history: CellHistory;
  readonly #options: SessionOptions;
  readonly #outputs = new Outputs();
  readonly #queue = new TaskQueue();
  /** Who waits for the end of a run, or the answer to a question of that number; `null` where no process will tell. */
  readonly #awaited = new Map<number, (report: SessionReport | null) => void>();
  #process: SessionProcess;
  #language: LanguageClient;
  #inspectorUrl: Promise<string | null>;
  #ready: (inspectorUrl: string | null) => void = () => undefined;
  #current: CurrentCell | null = null;
  /** Resolves when the process is done with the last cell, which may have ended for the session before, by an interrupt on its way there. */
  #leaving: Promise<void> | null = null;
  /** Why there is no process. */
  #unstarted: CellError | null = null;
  /** Where code has said that it ends the process. */
  #exit: CellError | null = null;
  #lastRun = 0;
  #count = 0;
  #closed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.history = new CellHistory(options.historyFile, sentence => { options.onNotice?.(sentence); });
    this.#inspectorUrl = this.#expectReady();
    this.#process = this.#startProcess();
    this.#language = this.#startLanguage();
  }

  get executionCount(): number {
    return this.#count;
  }

  execute(code: string, options: ExecuteOptions): Promise<ExecuteResult> {
    const counted = options.silent !== true && options.storeHistory !== false;
    return this.#queue.enqueue(async discarded => {
      if (counted && discarded === null) this.#count++;
      const start = performance.now();
      const executionCount = this.#count;
      const output = options.silent === true ? () => undefined : options.output;
      const ended = discarded ?? this.#run(code, { ...options, output }, this.#options.typeCheck ?? 'error');
      // The cell is on its way; nothing comes back before this is done.
      if (discarded === null) {
        if (counted) this.history.append(executionCount, code);
        options.started?.(executionCount);
      }
      const error = await ended;
      const durationMs = performance.now() - start;
      return error === null ? { status: 'ok', executionCount, durationMs } : { status: 'error', executionCount, durationMs, error };
    });
  }

  evaluate(expression: string): ReturnType<NotebookSession['evaluate']> {
    return this.#queue.enqueue(async discarded => {
      let data: MimeBundle = { 'text/plain': 'undefined' };
      const error = discarded ?? await this.#run(expression, {
        cell: { id: 'expression', name: 'expression' },
        output: event => { if (event.type === 'result') data = event.data; },
      }, 'off');
      return error === null ? { status: 'ok', data } : { status: 'error', error };
    });
  }

  async interrupt(): Promise<void> {
    const cell = this.#current;
    if (cell === null) return;
    const { run } = cell;
    // A cell that is still on its way has ended with that: the process does not run it.
    this.#process.interrupt({ run });
    const timer = setTimeout(() => {
      this.#outputs.push(run, {
        type: 'stream', name: 'stderr',
        text: 'interrupt: the cell does not stop, since it is in native code (a synchronous call that is not JavaScript); it stops when that returns, or restart the session\n',
      });
    }, unresponsiveMs);
    await cell.ended;
    clearTimeout(timer);
  }

  async restart(): Promise<void> {
    if (this.#closed) return;
    const error = discardedError('restarted');
    this.#queue.discard(error);
    this.#stop(error);
    this.#count = 0;
    this.history.startSession();
    this.#startAnew();
    await this.#queue.idle();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const error = discardedError('closed');
    this.#queue.close(error);
    this.#stop(error);
    await this.#queue.idle();
    await this.#language.close();
    this.history.close();
  }

  complete(code: string, offset: number, context?: LanguageContext): Promise<Completions> {
    return this.#language.complete(code, offset, context);
  }

  inspect(code: string, offset: number, context?: LanguageContext): Promise<Inspection | null> {
    return this.#language.inspect(code, offset, context);
  }

  signatureHelp(code: string, offset: number, context?: LanguageContext): Promise<SignatureHelp | null> {
    return this.#language.signatureHelp(code, offset, context);
  }

  isComplete(code: string): Promise<Completeness> {
    return this.#language.isComplete(code);
  }

  diagnose(code: string, context?: LanguageContext): Promise<readonly Diagnostic[]> {
    return this.#language.diagnose(code, context);
  }

  async variables(): Promise<readonly Variable[]> {
    if (this.#closed || this.#unstarted !== null) return [];
    const run = ++this.#lastRun;
    return new Promise(resolve => {
      this.#awaited.set(run, report => { resolve(report?.type === 'variables' ? report.variables : []); });
      this.#process.send({ type: 'variables', run });
    });
  }

  inspectorUrl(): Promise<string | null> {
    return this.#inspectorUrl;
  }

  #stop(error: CellError): void {
    this.#current?.end(error);
    this.#giveUp();
    this.#process.kill();
    this.#outputs.flush();
  }

  /** No process will answer. */
  #giveUp(): void {
    for (const answer of this.#awaited.values()) answer(null);
    this.#awaited.clear();
  }

  async #run(code: string, options: ExecuteOptions, typeCheck: NonNullable<SessionOptions['typeCheck']>): Promise<CellError | null> {
    if (this.#unstarted !== null) return this.#unstarted;
    const cell = new CurrentCell(++this.#lastRun, options.input);
    this.#current = cell;
    if (this.#leaving !== null) await this.#leaving;
    if (!cell.isEnded) {
      this.#outputs.attach(cell.run, options.output);
      const leaving = this.#send(code, { ...options.cell, name: options.cell.name ?? `Cell [${this.#count}]` }, typeCheck, cell).finally(() => {
        if (this.#leaving === leaving) this.#leaving = null;
      });
      this.#leaving = leaving;
    }
    const error = await cell.ended;
    this.#outputs.flush();
    this.#current = null;
    return error;
  }

  /**
   * Has the language service send a cell to the process, which it does with those that are right.
   *
   * @returns resolves when the process is done with the cell, has not got it, or is gone
   */
  async #send(code: string, reference: CellReference, typeCheck: NonNullable<SessionOptions['typeCheck']>, cell: CurrentCell): Promise<void> {
    const name = reference.name!;
    const order = { run: cell.run, figurePictures: this.#options.figurePictures ?? true, canAsk: cell.canAsk };
    const left = new Promise<void>(resolve => {
      this.#awaited.set(cell.run, () => { resolve(); });
    });
    try {
      let refusal = await this.#language.run(code, reference, { ...order, check: typeCheck !== 'off' });
      if (refusal?.kind === 'type' && typeCheck === 'warn' && !cell.isEnded) {
        const errors = refusal.diagnostics.filter(({ severity }) => severity === 'error');
        const text = errors.flatMap(error => formatDiagnostic(error, code, name)).map(line => `${line}\n`).join('');
        this.#outputs.push(cell.run, { type: 'stream', name: 'stderr', text });
        refusal = await this.#language.run(code, reference, { ...order, check: false });
      }
      if (refusal === null) {
        await left;
        return;
      }
      cell.end(refusedError(refusal.kind, refusal.diagnostics, code, name));
    } catch (error) {
      cell.end(crashedError(error instanceof Error ? error.message : String(error), null));
    }
    this.#awaited.delete(cell.run);
  }

  /** After the process has ended: the names are gone, so the language service, too, begins anew. */
  #startAnew(): void {
    void this.#language.close();
    this.#unstarted = null;
    this.#inspectorUrl = this.#expectReady();
    this.#process = this.#startProcess();
    this.#language = this.#startLanguage();
  }

  #startLanguage(): LanguageClient {
    const { cwd, strict, node } = this.#options;
    return new LanguageClient({ cwd, strict }, this.#process.cells, node);
  }

  #startProcess(): SessionProcess {
    return new SessionProcess(this.#options, {
      report: message => { this.#receive(message); },
      raw: (name, text) => { this.#outputs.push(this.#current?.run ?? this.#lastRun, { type: 'stream', name, text }); },
      ended: reason => { this.#crashed(reason); },
      failed: reason => { this.#failed(reason); },
    });
  }

  #expectReady(): Promise<string | null> {
    return new Promise(resolve => { this.#ready = resolve; });
  }

  #receive(message: SessionReport): void {
    switch (message.type) {
      case 'ready':
        this.#ready(message.inspectorUrl);
        break;
      case 'output':
        this.#outputs.push(message.run, message.event);
        break;
      case 'input':
        void this.#ask(message);
        break;
      case 'exit':
        this.#exit = message.error;
        break;
      case 'end':
        this.#outputs.flush();
        if (this.#current?.run === message.run) this.#current.end(message.error);
        this.#answer(message);
        break;
      case 'variables':
        this.#answer(message);
    }
  }

  #answer(report: Extract<SessionReport, { type: 'end' | 'variables' }>): void {
    this.#awaited.get(report.run)?.(report);
    this.#awaited.delete(report.run);
  }

  async #ask({ run, question, request }: Extract<SessionReport, { type: 'input' }>): Promise<void> {
    const process = this.#process;
    try {
      if (this.#current?.run !== run) throw new Error('input(): the cell that asks has already ended');
      process.send({ type: 'answer', question, text: await this.#current.ask(request) });
    } catch (error) {
      process.send({ type: 'noAnswer', question, reason: error instanceof Error ? error.message : String(error) });
    }
  }

  #crashed(reason: string): void {
    this.#outputs.flush();
    this.#startAnew();
    const error = crashedError(reason, this.#exit);
    this.#exit = null;
    this.#endAll(error);
  }

  /** Another process would fail in the same way. */
  #failed(reason: string): void {
    this.#unstarted = unstartedError(reason);
    this.#ready(null);
    this.#endAll(this.#unstarted);
  }

  #endAll(error: CellError): void {
    this.#giveUp();
    if (this.#current !== null) this.#current.end(error);
    else this.#options.onNotice?.(error.message);
  }
}
