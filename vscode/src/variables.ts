import * as vscode from 'vscode';
import type { Variable } from '../../src/notebook/index.js';
import type { Controller } from './controller.js';

/** The names of the active notebook's session, with type and value, as they are when no cell runs. */
export class VariablesView implements vscode.TreeDataProvider<Variable>, vscode.Disposable {
  readonly #controller: Controller;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(controller: Controller) {
    this.#controller = controller;
    this.#subscriptions = [
      vscode.window.registerTreeDataProvider('binvit.variables', this),
      vscode.commands.registerCommand('binvit.refreshVariables', () => { this.#changed.fire(); }),
      vscode.window.onDidChangeActiveNotebookEditor(() => { this.#update(); }),
      controller.onDidChange(notebook => {
        if (controller.kernel(notebook)?.state !== 'busy') this.#update();
      }),
    ];
  }

  async getChildren(parent?: Variable): Promise<Variable[]> {
    const kernel = this.#controller.kernel(vscode.window.activeNotebookEditor?.notebook);
    if (parent !== undefined || kernel?.state !== 'idle') return [];
    return [...await (await kernel.session()).variables()];
  }

  getTreeItem({ name, type, preview, size }: Variable): vscode.TreeItem {
    const item = new vscode.TreeItem(name);
    item.description = `${type}  ${preview}`;
    item.tooltip = new vscode.MarkdownString().appendCodeblock(`${name}: ${type}${size && ` (${size})`}\n${preview}`, 'typescript');
    return item;
  }

  /** Shows the view only beside a notebook of ours; the editor's own keys about notebooks do not reach the explorer. */
  #update(): void {
    const isActive = this.#controller.kernel(vscode.window.activeNotebookEditor?.notebook) !== undefined;
    void vscode.commands.executeCommand('setContext', 'binvit.notebookIsActive', isActive);
    this.#changed.fire();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}
