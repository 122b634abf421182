import * as vscode from 'vscode';
import type { Controller } from './controller.js';
import type { KernelState } from './kernel.js';

const icons: Readonly<Record<KernelState, string>> = {
  'not started': 'circle-large-outline', 'starting': 'sync~spin', 'idle': 'circle-large-filled', 'busy': 'loading~spin', 'failed': 'error',
};

/** What the kernel of the active notebook does, in the status bar; a click offers what can be done with it. */
export class KernelStatus implements vscode.Disposable {
  readonly #controller: Controller;
  readonly #item = vscode.window.createStatusBarItem('binvit.kernel', vscode.StatusBarAlignment.Right, 100);
  readonly #subscriptions: readonly { dispose(): unknown }[];

  constructor(controller: Controller) {
    this.#controller = controller;
    this.#item.name = 'binvit session';
    this.#item.command = 'binvit.sessionMenu';
    this.#subscriptions = [
      this.#item,
      vscode.commands.registerCommand('binvit.sessionMenu', () => this.#menu()),
      vscode.window.onDidChangeActiveNotebookEditor(() => { this.#update(); }),
      controller.onDidChange(() => { this.#update(); }),
    ];
    this.#update();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #update(): void {
    const kernel = this.#controller.kernel(vscode.window.activeNotebookEditor?.notebook);
    if (kernel === undefined) {
      this.#item.hide();
      return;
    }
    this.#item.text = `$(${icons[kernel.state]}) binvit: ${kernel.state}`;
    this.#item.tooltip = kernel.node === '' ? 'The session starts with the first cell.' : `Cells run in ${kernel.node}.`;
    this.#item.show();
  }

  async #menu(): Promise<void> {
    const kernel = this.#controller.kernel(vscode.window.activeNotebookEditor?.notebook);
    const interrupt = 'Interrupt: stop the running cell, keep the variables';
    const restart = 'Restart: stop everything, forget the variables';
    const choice = await vscode.window.showQuickPick([interrupt, restart], { title: `binvit session: ${kernel?.state ?? 'none'}` });
    if (choice === interrupt) await kernel?.interrupt();
    if (choice === restart) await kernel?.restart();
  }
}
