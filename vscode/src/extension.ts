import * as vscode from 'vscode';
import { Controller } from './controller.js';
import { CellDebugger } from './debug/debugger.js';
import { CellCompletion } from './language/completion.js';
import { cellSelector } from './language/context.js';
import { CellDiagnostics } from './language/diagnostics.js';
import { CellHover } from './language/hover.js';
import { CellSignatureHelp } from './language/signature-help.js';
import { quietTypeScriptExtension } from './language/typescript-extension.js';
import { newNotebook, openNotebook } from './notebook-files.js';
import { KernelStatus } from './status.js';
import { VariablesView } from './variables.js';

let controller: Controller | null = null;

export function activate({ subscriptions, globalState }: vscode.ExtensionContext): void {
  controller = new Controller(globalState);
  const own = controller;
  subscriptions.push(
    new KernelStatus(own),
    new VariablesView(own),
    new CellDiagnostics(own),
    new CellDebugger(own),
    vscode.languages.registerCompletionItemProvider(cellSelector, new CellCompletion(own), ...CellCompletion.triggers),
    vscode.languages.registerHoverProvider(cellSelector, new CellHover(own)),
    vscode.languages.registerSignatureHelpProvider(cellSelector, new CellSignatureHelp(own), CellSignatureHelp.triggers),
    vscode.commands.registerCommand('binvit.restart', () => own.kernel(vscode.window.activeNotebookEditor?.notebook)?.restart()),
    vscode.commands.registerCommand('binvit.openNotebook', openNotebook),
    vscode.commands.registerCommand('binvit.newNotebook', newNotebook),
  );
  void quietTypeScriptExtension(own).then(quiet => subscriptions.push(quiet));
}

/** Ends the sessions' processes before the editor ends. */
export async function deactivate(): Promise<void> {
  await controller?.close();
}
