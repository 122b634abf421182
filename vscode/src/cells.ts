import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { CellReference } from '../../src/notebook/index.js';
import { cellPath } from './debug/cell-paths.js';

/** Type of the notebooks in `.ipynb` files. */
export const notebookType = 'jupyter-notebook';

/** Editor languages that cells may have, and the session's word for them. */
const languages: Readonly<Record<string, NonNullable<CellReference['language']>>> = {
  typescript: 'typescript', typescriptreact: 'tsx', javascript: 'javascript',
};

/** Languages of the cells that the session runs; new cells get the first. */
export const supportedLanguages = Object.keys(languages);

/** The session's word for a cell's language, `undefined` when the session cannot run it. */
export const languageOf = (cell: vscode.NotebookCell): CellReference['language'] =>
  cell.kind === vscode.NotebookCellKind.Code ? languages[cell.document.languageId] : undefined;

/** Cells of a notebook that a session can run, in document order. */
export const codeCells = (notebook: vscode.NotebookDocument): vscode.NotebookCell[] =>
  notebook.getCells().filter(cell => languageOf(cell) !== undefined);

/** A cell is known by the URI of its document, which stays while the notebook is open, wherever the cell moves. */
export const cellId = (cell: vscode.NotebookCell): string => cell.document.uri.toString();

/** The cell that an editor's document belongs to. */
export const cellOf = (document: vscode.TextDocument): vscode.NotebookCell | undefined => {
  for (const notebook of vscode.workspace.notebookDocuments) {
    const cell = notebook.getCells().find(({ document: own }) => own === document);
    if (cell !== undefined) return cell;
  }
  return undefined;
};

/** Code of the cells above, in document order: what a language question about a cell may refer to. */
export const preceding = (cell: vscode.NotebookCell): { readonly id: string; readonly code: string }[] =>
  codeCells(cell.notebook)
    .filter(other => other.index < cell.index)
    .map(other => ({ id: cellId(other), code: other.document.getText() }));

/** Folder of the notebook; of the workspace while the notebook has no file. */
export const folderOf = (notebook: vscode.NotebookDocument): string =>
  notebook.isUntitled ? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir() : vscode.Uri.joinPath(notebook.uri, '..').fsPath;

/** The file that a debugger takes a cell for. */
export const debuggerPath = (cell: vscode.NotebookCell): string =>
  cellPath(cell.notebook.uri.fsPath, cell.document.uri.fragment, ({ tsx: 'tsx', javascript: 'js', typescript: 'ts' } as const)[languageOf(cell) ?? 'typescript']);
