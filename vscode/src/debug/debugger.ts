import * as vscode from 'vscode';
import { codeCells, debuggerPath } from '../cells.js';
import type { Controller } from '../controller.js';
import { type CellPath, renameCells } from './cell-paths.js';
import { openInspector } from './inspector.js';

/** Marks our debug sessions in their configuration, and names their notebook. */
const mark = 'binvitNotebook';

/** How long the debugger may take until its breakpoints are set. */
const attachMs = 20_000;

/**
 * Runs a cell under the editor's JavaScript debugger: attaches it to the session's process, waits until the breakpoints are
 * set, runs the cell, and lets go. The names of the session stay.
 */
export class CellDebugger implements vscode.Disposable {
  readonly #controller: Controller;
  readonly #subscriptions: vscode.Disposable[];
  /** Debug sessions by their notebook, and who waits until one has set its breakpoints. */
  readonly #sessions = new Map<string, vscode.DebugSession>();
  readonly #waiting = new Map<string, () => void>();

  constructor(controller: Controller) {
    this.#controller = controller;
    this.#subscriptions = [
      vscode.commands.registerCommand('binvit.debugCell', (cell?: vscode.NotebookCell) => this.#debug(cell ?? activeCell())),
      vscode.debug.registerDebugAdapterTrackerFactory('*', { createDebugAdapterTracker: session => this.#track(session) }),
      vscode.debug.onDidTerminateDebugSession(session => {
        for (const [key, own] of this.#sessions) if (own === session) this.#sessions.delete(key);
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #debug(cell: vscode.NotebookCell | undefined): Promise<void> {
    const kernel = this.#controller.kernel(cell?.notebook);
    if (cell === undefined || kernel === undefined) return;
    const key = cell.notebook.uri.toString();
    if (kernel.state === 'busy') {
      void vscode.window.showWarningMessage('A cell of this notebook is running: wait for its end, or stop it, before you debug another.');
      return;
    }
    const inspector = await openInspector(await kernel.session());
    try {
      const ready = new Promise<void>(resolve => { this.#waiting.set(key, resolve); });
      const folder = vscode.workspace.getWorkspaceFolder(cell.notebook.uri);
      if (!await vscode.debug.startDebugging(folder, attachConfiguration(inspector.url, key))) return;
      await inTime(ready);
      await kernel.run([cell]);
    } finally {
      this.#waiting.delete(key);
      const session = this.#sessions.get(key);
      if (session !== undefined) await vscode.debug.stopDebugging(session);
      await inspector.close();
    }
  }

  #track(session: vscode.DebugSession): vscode.DebugAdapterTracker | undefined {
    const key: unknown = session.configuration[mark] ?? session.parentSession?.configuration[mark];
    if (typeof key !== 'string') return undefined;
    if (session.parentSession === undefined) this.#sessions.set(key, session);
    const cells = (): readonly CellPath[] =>
      this.#controller.notebooks.filter(({ uri }) => uri.toString() === key).flatMap(codeCells)
        .map(cell => ({ uri: cell.document.uri.toString(), path: debuggerPath(cell), name: `cell ${cell.index + 1}` }));
    return {
      onWillReceiveMessage: message => { renameCells(message, cells(), 'path'); },
      onDidSendMessage: (message: { readonly type?: string; readonly command?: string }) => {
        renameCells(message, cells(), 'uri');
        // The process itself is a child of the session that was started; only the child sets breakpoints.
        if (message.type === 'response' && message.command === 'configurationDone' && session.parentSession) this.#waiting.get(key)?.();
      },
    };
  }
}

async function inTime(ready: Promise<void>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timeout = setTimeout(() => {
      reject(new Error(`The debugger did not attach to the session within ${attachMs / 1000} s; restart the session and try again.`));
    }, attachMs);
    void ready.then(() => {
      clearTimeout(timeout);
      resolve();
    });
  });
}

function activeCell(): vscode.NotebookCell | undefined {
  const editor = vscode.window.activeNotebookEditor;
  return editor?.notebook.cellAt(editor.selection.start);
}

/** How the editor's JavaScript debugger attaches to the session's process and finds the cells in it. */
const attachConfiguration = (inspectorUrl: string, key: string): vscode.DebugConfiguration => ({
  type: 'node',
  request: 'attach',
  name: 'Notebook cell',
  [mark]: key,
  websocketAddress: inspectorUrl,
  // A cell exists only when it runs: the debugger must read its source map before the first line.
  pauseForSourceMap: true,
  resolveSourceMapLocations: null,
  autoAttachChildProcesses: false,
  skipFiles: ['<node_internals>/**'],
  internalConsoleOptions: 'neverOpen',
});
