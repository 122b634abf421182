import * as vscode from 'vscode';
import type { LanguageContext, NotebookSession } from '../../../src/notebook/index.js';
import { cellOf, languageOf, notebookType, preceding, supportedLanguages } from '../cells.js';
import type { Controller } from '../controller.js';

/** Cells that the session can answer for. */
export const cellSelector: vscode.DocumentSelector = supportedLanguages.map(language => ({ notebookType, language }));

/** A language question about a cell: whom to ask, and what the cell may refer to. */
export interface CellQuestion {
  readonly session: NotebookSession;
  readonly context: LanguageContext;
}

/** Whom to ask about a document; `null` when it is no cell of a notebook that our kernel runs. */
export async function questionAbout(document: vscode.TextDocument, controller: Controller): Promise<CellQuestion | null> {
  const cell = cellOf(document);
  const kernel = controller.kernel(cell?.notebook);
  if (cell === undefined || kernel === undefined) return null;
  const language = languageOf(cell);
  return { session: await kernel.session(), context: { preceding: preceding(cell), ...(language !== undefined && { language }) } };
}
