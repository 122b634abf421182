import * as vscode from 'vscode';
import type { Controller } from '../controller.js';
import { questionAbout } from './context.js';

/** Parameters of the call that is being typed. */
export class CellSignatureHelp implements vscode.SignatureHelpProvider {
  static readonly triggers = { triggerCharacters: ['(', ',', '<'], retriggerCharacters: [')'] };
  readonly #controller: Controller;

  constructor(controller: Controller) {
    this.#controller = controller;
  }

  async provideSignatureHelp(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.SignatureHelp | null> {
    const question = await questionAbout(document, this.#controller);
    const found = await question?.session.signatureHelp(document.getText(), document.offsetAt(position), question.context);
    if (!found) return null;
    const help = new vscode.SignatureHelp();
    help.activeSignature = found.activeSignature;
    help.activeParameter = found.activeParameter;
    help.signatures = found.signatures.map(({ label, documentation, parameters }) => {
      const signature = new vscode.SignatureInformation(label, new vscode.MarkdownString(documentation));
      signature.parameters = parameters.map(parameter =>
        new vscode.ParameterInformation(parameter.label, new vscode.MarkdownString(parameter.documentation)));
      return signature;
    });
    return help;
  }
}
