import * as vscode from 'vscode';
import type { Diagnostic } from '../../../src/notebook/index.js';
import { codeCells } from '../cells.js';
import type { Controller } from '../controller.js';
import { questionAbout } from './context.js';

/** A pause of typing after which the cells are checked. */
const pauseMs = 300;

/**
 * Squiggles in the cells of our notebooks. A cell is checked against the code of the cells above it, whether they have run or
 * not, so that names of earlier cells are known, and no longer known when their cell is deleted.
 */
export class CellDiagnostics implements vscode.Disposable {
  readonly #controller: Controller;
  readonly #collection = vscode.languages.createDiagnosticCollection('binvit');
  readonly #checks = new Map<vscode.NotebookDocument, NodeJS.Timeout>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(controller: Controller) {
    this.#controller = controller;
    this.#subscriptions = [
      controller.onDidChange(notebook => {
        if (controller.kernel(notebook) === undefined) this.#clear(notebook);
        else this.#schedule(notebook);
      }),
      vscode.workspace.onDidChangeNotebookDocument(({ notebook, contentChanges, cellChanges }) => {
        for (const { removedCells } of contentChanges) for (const cell of removedCells) this.#collection.delete(cell.document.uri);
        if (contentChanges.length > 0 || cellChanges.some(({ document }) => document !== undefined)) this.#schedule(notebook);
      }),
      // A cell may import a file of the workspace.
      vscode.workspace.onDidSaveTextDocument(() => { for (const notebook of controller.notebooks) this.#schedule(notebook); }),
    ];
  }

  dispose(): void {
    for (const check of this.#checks.values()) clearTimeout(check);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#collection.dispose();
  }

  #schedule(notebook: vscode.NotebookDocument): void {
    if (this.#controller.kernel(notebook) === undefined) return;
    clearTimeout(this.#checks.get(notebook));
    const check = setTimeout(() => {
      this.#check(notebook, check).catch((error: unknown) => {
        // The session may close while it answers.
        if (this.#controller.kernel(notebook) !== undefined) throw error;
      });
    }, pauseMs);
    this.#checks.set(notebook, check);
  }

  async #check(notebook: vscode.NotebookDocument, check: NodeJS.Timeout): Promise<void> {
    for (const { document } of codeCells(notebook)) {
      const { version } = document;
      const question = await questionAbout(document, this.#controller);
      if (question === null) return;
      const found = await question.session.diagnose(document.getText(), question.context);
      // A later edit has its own check.
      if (this.#checks.get(notebook) !== check || document.isClosed || document.version !== version) return;
      this.#collection.set(document.uri, found.filter(({ file, severity }) => file === null && severity !== 'suggestion').map(toEditor));
    }
  }

  #clear(notebook: vscode.NotebookDocument): void {
    clearTimeout(this.#checks.get(notebook));
    this.#checks.delete(notebook);
    for (const cell of notebook.getCells()) this.#collection.delete(cell.document.uri);
  }
}

function toEditor({ code, message, severity, range }: Diagnostic): vscode.Diagnostic {
  const place = new vscode.Range(range.line - 1, range.column - 1, range.endLine - 1, range.endColumn - 1);
  const diagnostic = new vscode.Diagnostic(place, message, severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning);
  diagnostic.code = code;
  diagnostic.source = 'ts';
  return diagnostic;
}
