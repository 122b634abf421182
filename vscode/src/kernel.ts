import { pathToFileURL } from 'node:url';
import * as vscode from 'vscode';
import { type CellError, startSession, type NotebookSession, type SessionOptions } from '../../src/notebook/index.js';
import { cellId, codeCells, debuggerPath, folderOf, languageOf } from './cells.js';
import { inspectorArguments } from './debug/inspector.js';
import type { FigurePictures } from './figure-pictures.js';
import { isLoose, isUnchecked, kernelspecOf } from './kernelspec.js';
import { findNode } from './node-runtime.js';
import { CellOutputs, type OutputTarget, type SharedOutputs } from './outputs.js';

/** What the kernel of a notebook does at the moment. */
export type KernelState = 'not started' | 'starting' | 'idle' | 'busy' | 'failed';

/** Opens a session; replaced in tests. */
export type OpenSession = (options: SessionOptions) => NotebookSession;

interface Run {
  readonly cell: vscode.NotebookCell;
  readonly execution: vscode.NotebookCellExecution;
}

/** What runs one notebook: its session, the queue of its cells and their outputs. */
export class Kernel {
  readonly notebook: vscode.NotebookDocument;
  readonly #controller: vscode.NotebookController;
  readonly #open: OpenSession;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #queue: Run[] = [];
  readonly #outputs = new Map<string, CellOutputs>();
  readonly #shared: SharedOutputs;
  #session: Promise<NotebookSession> | null = null;
  #state: KernelState = 'not started';
  #node = '';
  #draining: Promise<void> | null = null;

  /** Fires when {@link state} has changed, and when a cell has ended. */
  readonly onDidChange = this.#changed.event;

  /** @param pictures draws figures for the notebook's file */
  constructor(notebook: vscode.NotebookDocument, controller: vscode.NotebookController, pictures: FigurePictures, open: OpenSession = startSession) {
    this.notebook = notebook;
    this.#controller = controller;
    this.#shared = { displays: new Map(), pictures };
    this.#open = open;
  }

  get state(): KernelState { return this.#state; }

  /** Path and version of the Node that runs the cells; empty before the session has started. */
  get node(): string { return this.#node; }

  /** The session, started at the first call. */
  session(): Promise<NotebookSession> {
    this.#session ??= this.#start();
    return this.#session;
  }

  /** Runs cells after those that wait already; the first that fails takes the waiting ones with it. */
  async run(cells: readonly vscode.NotebookCell[]): Promise<void> {
    for (const cell of cells) {
      await this.#outputs.get(cellId(cell))?.close();
      this.#queue.push({ cell, execution: this.#controller.createNotebookCellExecution(cell) });
    }
    this.#draining ??= this.#drain().finally(() => { this.#draining = null; });
    await this.#draining;
  }

  /** Stops the running cell and gives up the waiting ones; the names of the session stay. */
  async interrupt(): Promise<void> {
    this.#giveUp();
    await (await this.#session)?.interrupt();
  }

  /** A fresh process; every name is gone. */
  async restart(): Promise<void> {
    this.#giveUp();
    if (this.#session === null) return;
    this.#become('starting');
    await (await this.#session).restart();
    await this.#draining;
    this.#become('idle');
  }

  /** Ends the session's process. */
  async close(): Promise<void> {
    this.#giveUp();
    this.#changed.dispose();
    const session = await this.#session?.catch(() => null);
    await session?.close();
    for (const outputs of this.#outputs.values()) await outputs.close();
  }

  async #start(): Promise<NotebookSession> {
    this.#become('starting');
    try {
      const cwd = folderOf(this.notebook);
      const settings = vscode.workspace.getConfiguration('binvit', this.notebook.uri);
      const node = await findNode(settings.get('nodePath', ''), cwd);
      this.#node = `${node.path} (${node.version})`;
      const kernelspec = kernelspecOf(this.notebook);
      const typeCheck = settings.get<'error' | 'warn' | 'off'>('typeCheck', 'error');
      const session = this.#open({
        cwd,
        typeCheck: typeCheck === 'error' && isUnchecked(kernelspec) ? 'warn' : typeCheck,
        strict: !isLoose(kernelspec),
        // The renderer draws them, without a thread of the session's process.
        figurePictures: false,
        node: { path: node.path, args: inspectorArguments, env: { ...definedVariables(process.env), ...node.env } },
        onNotice: sentence => { void vscode.window.showWarningMessage(`${this.#name()}: ${sentence}`); },
      });
      this.#become('idle');
      return session;
    } catch (error) {
      this.#session = null;
      this.#become('failed');
      throw error;
    }
  }

  async #drain(): Promise<void> {
    for (let run = this.#queue.shift(); run !== undefined; run = this.#queue.shift()) {
      if (!await this.#execute(run)) this.#giveUp();
    }
  }

  #giveUp(): void {
    for (const { execution } of this.#queue.splice(0)) execution.end(undefined);
  }

  async #execute({ cell, execution }: Run): Promise<boolean> {
    let success = false;
    const startTime = Date.now();
    let endTime = startTime;
    const outputs = new CellOutputs(execution, () => this.#reopen(cell, execution.executionOrder, { success, startTime, endTime }), this.#shared);
    this.#outputs.set(cellId(cell), outputs);
    execution.start(startTime);
    await execution.clearOutput();
    try {
      const session = await this.session();
      this.#become('busy');
      const result = await session.execute(cell.document.getText(), {
        cell: { id: cellId(cell), uri: pathToFileURL(debuggerPath(cell)).href, language: languageOf(cell) ?? 'typescript' },
        started: count => { execution.executionOrder = count; },
        output: event => { outputs.write(event); },
        input: async ({ prompt, password }, signal) => this.#ask(prompt, password, signal),
      });
      success = result.status === 'ok';
      if (result.status === 'error') outputs.write({ type: 'error', error: result.error });
    } catch (error) {
      outputs.write({ type: 'error', error: startError(error) });
    }
    await outputs.end(() => {
      endTime = Date.now();
      execution.end(success, endTime);
    });
    if (this.#state === 'busy') this.#become('idle');
    return success;
  }

  /** An execution that shows what a cell prints after its end, with the marks of the run that it belongs to. */
  #reopen(cell: vscode.NotebookCell, order: number | undefined, ended: { success: boolean; startTime: number; endTime: number }): OutputTarget | null {
    if (cell.notebook.isClosed || !codeCells(cell.notebook).includes(cell)) return null;
    const execution = this.#controller.createNotebookCellExecution(cell);
    execution.executionOrder = order;
    execution.start(ended.startTime);
    return { execution, end: () => { execution.end(ended.success, ended.endTime); } };
  }

  async #ask(prompt: string, password: boolean, signal: AbortSignal): Promise<string> {
    const cancel = new vscode.CancellationTokenSource();
    signal.addEventListener('abort', () => { cancel.cancel(); });
    const answer = await vscode.window.showInputBox({ prompt, password, ignoreFocusOut: true, title: this.#name() }, cancel.token);
    cancel.dispose();
    if (answer === undefined) throw new Error('The input box was closed without an answer.');
    return answer;
  }

  #become(state: KernelState): void {
    this.#state = state;
    this.#changed.fire();
  }

  #name(): string {
    return this.notebook.uri.path.split('/').pop() ?? '';
  }
}

/** Why there is no session, in the form of a cell's error. */
function startError(error: unknown): CellError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'crashed', name, message, frames: [], traceback: [`${name}: ${message}`], cause: null, errors: [], diagnostics: [] };
}

const definedVariables = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
