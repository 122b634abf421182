import * as vscode from 'vscode';
import type { Controller } from '../controller.js';

/** Name of our plugin of the editor's TypeScript server, see `typescript-plugin/`. */
const plugin = 'binvit-notebook-typescript-plugin';

/** What we call of the editor's own TypeScript extension. */
interface TypeScriptExtension {
  getAPI(version: 0): { configurePlugin(name: string, configuration: object): void } | undefined;
}

/**
 * Tells the editor's TypeScript server which notebooks are ours. It takes each cell for a file of its own, in which the names
 * of other cells do not exist; our plugin in the server leaves the cells of these notebooks to the session. Everything else
 * that the editor's extension does, in other files and other notebooks, stays.
 */
export async function quietTypeScriptExtension(controller: Controller): Promise<vscode.Disposable> {
  const extension = vscode.extensions.getExtension<TypeScriptExtension | undefined>('vscode.typescript-language-features');
  const api = (await extension?.activate())?.getAPI(0);
  const configure = (): void => { api?.configurePlugin(plugin, { notebooks: controller.notebooks.map(({ uri }) => uri.path) }); };
  configure();
  return controller.onDidChangeNotebooks(configure);
}
