import * as vscode from 'vscode';
import type { Controller } from '../controller.js';
import { questionAbout } from './context.js';

/** Type and documentation of what is under the pointer. */
export class CellHover implements vscode.HoverProvider {
  readonly #controller: Controller;

  constructor(controller: Controller) {
    this.#controller = controller;
  }

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | null> {
    const question = await questionAbout(document, this.#controller);
    const found = await question?.session.inspect(document.getText(), document.offsetAt(position), question.context);
    if (!found) return null;
    const signature = new vscode.MarkdownString().appendCodeblock(found.signature, 'typescript');
    const contents = found.documentation === '' ? [signature] : [signature, new vscode.MarkdownString(found.documentation)];
    return new vscode.Hover(contents, new vscode.Range(document.positionAt(found.start), document.positionAt(found.end)));
  }
}
