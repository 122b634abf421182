import * as vscode from 'vscode';
import { notebookType } from './cells.js';
import { ownMetadata } from './kernelspec.js';

/** Opens one of the notebooks at the top of the workspace or in its `notebooks/`, chosen by the user; a new one where there are none. */
export async function openNotebook(): Promise<void> {
  const notebooks = await listNotebooks();
  if (notebooks.length === 0) {
    await newNotebook();
    return;
  }
  const choice = await vscode.window.showQuickPick(
    notebooks.map(uri => ({ label: vscode.workspace.asRelativePath(uri), uri })), { title: 'Open a notebook' });
  // Not openNotebookDocument: after that the editor keeps the notebook, and with it the session, for minutes after it is closed.
  if (choice) await vscode.commands.executeCommand('vscode.openWith', choice.uri, notebookType);
}

/** Opens an unsaved notebook with one TypeScript cell. */
export async function newNotebook(): Promise<void> {
  const data = new vscode.NotebookData([
    new vscode.NotebookCellData(vscode.NotebookCellKind.Code, 'const answer: number = 6 * 7;\nanswer', 'typescript'),
  ]);
  data.metadata = { metadata: ownMetadata };
  await vscode.window.showNotebookDocument(await vscode.workspace.openNotebookDocument(notebookType, data));
}

async function listNotebooks(): Promise<readonly vscode.Uri[]> {
  const folders = (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) => [vscode.Uri.joinPath(uri, 'notebooks'), uri]);
  const found = await Promise.all(folders.map(async folder => {
    const entries = await vscode.workspace.fs.readDirectory(folder).then(names => names, () => []);
    return entries.filter(([name, type]) => type === vscode.FileType.File && name.endsWith('.ipynb'))
      .map(([name]) => vscode.Uri.joinPath(folder, name)).sort((a, b) => (a.path < b.path ? -1 : 1));
  }));
  return found.flat();
}
