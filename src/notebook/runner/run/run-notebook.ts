import { startSession, type CellError, type CellReference, type ExecuteResult, type NotebookSession, type SessionOptions } from '../../session/index.js';
import { cellTags, type CodeCell, type Notebook } from '../format/index.js';
import { CellOutputs } from './cell-outputs.js';
import { isFromLooseKernel, isFromUncheckedKernel, languageOf, withLanguage } from './kernel-language.js';
import { parametrized, type ParameterValues } from './parameters.js';

/** A code cell whose turn has come. */
export interface CellTurn {
  readonly cell: CodeCell;
  /** Place among the cells that run, from 1, and their number. */
  readonly number: number;
  readonly of: number;
}

export interface RunOptions {
  /** Folder that relative imports and files are looked for from. */
  readonly cwd: string;
  /** Values of the parameters that the notebook declares in its cell tagged `parameters`. */
  readonly parameters?: ParameterValues;
  /** Longest time for one cell; it is then interrupted and has failed. Default: none. */
  readonly timeoutMs?: number;
  /** Go on after a failed cell. Default: the rest stays unrun. */
  readonly allowErrors?: boolean;
  /** Write when each cell began and ended into its metadata. Default: no, so that equal runs give equal files. */
  readonly recordTiming?: boolean;
  /** What a type error does. Default: it stops the cell; it is printed in notebooks of kernels that check no types. */
  readonly typeCheck?: NonNullable<SessionOptions['typeCheck']>;
  /** Interrupts the running cell and ends the run. */
  readonly signal?: AbortSignal;
  /** Called before a cell runs. */
  readonly onStart?: (turn: CellTurn) => void;
  /** Called after it; `error` is `null` where it succeeded. */
  readonly onEnd?: (turn: CellTurn, result: { readonly durationMs: number; readonly error: CellError | null }) => void;
  /** Called whenever the notebook is worth saving: before the first cell, while a long one shows something, after each, at the end. */
  readonly save?: (notebook: Notebook) => void;
  /** Told what the reader of the run should know and what does not stop it. */
  readonly onWarning?: (sentence: string) => void;
}

export interface RunResult {
  /** The notebook with its parameters, and the outputs of this run. */
  readonly notebook: Notebook;
  /** `interrupted`: by `signal`. */
  readonly status: 'ok' | 'failed' | 'interrupted';
  /** The first cell that failed and was not allowed to. */
  readonly failure: { readonly cell: CodeCell; readonly number: number; readonly error: CellError } | null;
}

/** How often a long cell's outputs are saved while it runs. */
const saveEveryMs = 5000;
/** How long an interrupted cell may take to stop before its process is ended. */
const patienceMs = 10_000;

/**
 * Runs all code cells of a notebook from a fresh session, in order. The given notebook stays as it is.
 * A cell tagged `raises-exception` may fail. Blank cells are skipped.
 *
 * @throws Error when the notebook is not one of TypeScript or JavaScript, or a parameter is unknown or of the wrong type;
 *   nothing has run then
 */
export async function runNotebook(input: Notebook, options: RunOptions): Promise<RunResult> {
  const language = languageOf(input);
  const unchecked = isFromUncheckedKernel(input);
  if (unchecked && options.typeCheck === undefined) options.onWarning?.('the notebook was written for a kernel that checks no types: type errors are printed and stop no cell');
  const typeCheck = options.typeCheck ?? (unchecked ? 'warn' : 'error');
  const session = startSession({ cwd: options.cwd, typeCheck, strict: !isFromLooseKernel(input) });
  try {
    const notebook = withLanguage(await parametrized(structuredClone(input), options.parameters ?? {}, session, options.onWarning));
    // The session and its compiler start before the clock of the first cell does.
    await Promise.all([session.evaluate('0'), typeCheck === 'off' ? null : session.diagnose('')]);
    return await new Run(notebook, session, language, options).all();
  } finally {
    await session.close();
  }
}

class Run {
  readonly #outputs = new CellOutputs();
  readonly #notebook: Notebook;
  readonly #session: NotebookSession;
  readonly #language: NonNullable<CellReference['language']>;
  readonly #options: RunOptions;
  /** The notebook has changed since it was saved. */
  #changed = false;

  constructor(notebook: Notebook, session: NotebookSession, language: NonNullable<CellReference['language']>, options: RunOptions) {
    this.#notebook = notebook;
    this.#session = session;
    this.#language = language;
    this.#options = options;
  }

  async all(): Promise<RunResult> {
    const { allowErrors = false, signal, save, onStart, onEnd } = this.#options;
    const notebook = this.#notebook;
    const all = notebook.cells.filter(cell => cell.cell_type === 'code');
    for (const cell of all) {
      cell.outputs = [];
      cell.execution_count = null;
      delete cell.metadata['execution'];
    }
    save?.(notebook);
    const saver = setInterval(() => { this.#saveIfChanged(); }, saveEveryMs);
    try {
      const cells = all.filter(cell => cell.source.trim() !== '');
      for (const [index, cell] of cells.entries()) {
        if (signal?.aborted) return { notebook, status: 'interrupted', failure: null };
        const turn: CellTurn = { cell, number: index + 1, of: cells.length };
        onStart?.(turn);
        const result = await this.#execute(cell);
        const error = result.status === 'error' ? result.error : null;
        onEnd?.(turn, { durationMs: result.durationMs, error });
        this.#changed = true;
        this.#saveIfChanged();
        if (error !== null && signal?.aborted) return { notebook, status: 'interrupted', failure: { cell, number: turn.number, error } };
        if (error !== null && !allowErrors && !cellTags(cell).includes('raises-exception')) {
          return { notebook, status: 'failed', failure: { cell, number: turn.number, error } };
        }
      }
      return { notebook, status: 'ok', failure: null };
    } finally {
      clearInterval(saver);
      // What timers of earlier cells have shown since their end.
      this.#saveIfChanged();
    }
  }

  #saveIfChanged(): void {
    if (!this.#changed) return;
    this.#changed = false;
    this.#options.save?.(this.#notebook);
  }

  /** Runs one cell to its end, its timeout or its interrupt. */
  async #execute(cell: CodeCell): Promise<ExecuteResult> {
    const { timeoutMs, signal, recordTiming = false } = this.#options;
    const began = new Date();
    const stop = new AbortController();
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => { stop.abort('timeout'); }, timeoutMs);
    const forward = (): void => { stop.abort(); };
    signal?.addEventListener('abort', forward);
    try {
      let result = await this.#executeOrStop(cell, stop.signal);
      if (result.status === 'error') {
        if (stop.signal.reason === 'timeout') result = { ...result, error: timeoutError(result.error, timeoutMs!) };
        this.#outputs.fail(cell, result.error);
      }
      if (recordTiming) {
        cell.metadata['execution'] = { 'iopub.execute_input': began.toISOString(), 'shell.execute_reply': new Date().toISOString() };
      }
      return result;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', forward);
    }
  }

  /** A cell that does not stop when it is told to, because it is in native code, loses its session. */
  async #executeOrStop(cell: CodeCell, stop: AbortSignal): Promise<ExecuteResult> {
    let patience: NodeJS.Timeout | undefined;
    stop.addEventListener('abort', () => {
      patience = setTimeout(() => { void this.#session.restart(); }, patienceMs);
      void this.#session.interrupt();
    });
    try {
      return await this.#session.execute(cell.source, {
        cell: { id: cell.id, language: this.#language },
        started: count => { cell.execution_count = count; },
        output: event => {
          this.#outputs.add(cell, event);
          this.#changed = true;
        },
      });
    } finally {
      clearTimeout(patience);
    }
  }
}

function timeoutError(error: CellError, timeoutMs: number): CellError {
  const message = `the cell ran longer than ${timeoutMs / 1000} s; ${error.message}`;
  const [, ...rest] = error.traceback;
  return { ...error, name: 'TimeoutError', message, traceback: [`TimeoutError: ${message}`, ...rest] };
}
