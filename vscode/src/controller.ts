import * as vscode from 'vscode';
import { notebookType, supportedLanguages } from './cells.js';
import { FigurePictures } from './figure-pictures.js';
import { Kernel } from './kernel.js';
import { isForeign, isOurs, kernelspecOf, ownMetadata } from './kernelspec.js';

const extensionId = 'binvit.binvit-notebook';
/** Of the manifest. */
const rendererId = 'binvit-plotly';
/** The editor remembers a notebook's kernel by this id: it may never change. */
const controllerId = 'binvit-typescript';

/**
 * Offers our kernel for notebooks, prefers it for TypeScript ones, and keeps one {@link Kernel} for each open notebook that
 * uses it.
 */
export class Controller {
  readonly #controller = vscode.notebooks.createNotebookController(controllerId, notebookType, 'TypeScript (binvit)');
  readonly #pictures = new FigurePictures(vscode.notebooks.createRendererMessaging(rendererId));
  readonly #kernels = new Map<vscode.NotebookDocument, Kernel>();
  readonly #changed = new vscode.EventEmitter<vscode.NotebookDocument>();
  readonly #notebooksChanged = new vscode.EventEmitter<void>();
  readonly #told: vscode.Memento;
  readonly #subscriptions: readonly { dispose(): unknown }[];

  /** Fires when a notebook gets or loses our kernel, and when that kernel's state changes or a cell ends. */
  readonly onDidChange = this.#changed.event;

  /** Fires when {@link notebooks} has changed. */
  readonly onDidChangeNotebooks = this.#notebooksChanged.event;

  /** @param told remembers for which other kernels the user was told that we run their notebooks */
  constructor(told: vscode.Memento) {
    this.#told = told;
    this.#controller.supportedLanguages = supportedLanguages;
    this.#controller.supportsExecutionOrder = true;
    this.#controller.description = 'cells in a Node process of the notebook';
    this.#controller.executeHandler = (cells, notebook) => this.#run(cells, notebook);
    this.#controller.interruptHandler = notebook => this.#kernels.get(notebook)?.interrupt();
    this.#subscriptions = [
      this.#controller,
      this.#controller.onDidChangeSelectedNotebooks(({ notebook, selected }) => {
        if (selected) this.#add(notebook);
        else this.#remove(notebook);
      }),
      vscode.workspace.onDidOpenNotebookDocument(notebook => { this.#prefer(notebook); }),
      vscode.workspace.onDidCloseNotebookDocument(notebook => { this.#remove(notebook); }),
      vscode.workspace.onWillSaveNotebookDocument(event => { event.waitUntil(this.#pictures.settle(event.notebook)); }),
      vscode.window.onDidChangeActiveNotebookEditor(editor => { void this.#select(editor); }),
    ];
    for (const notebook of vscode.workspace.notebookDocuments) this.#prefer(notebook);
    void this.#select(vscode.window.activeNotebookEditor);
  }

  /** Kernel of a notebook, `undefined` when another runs it. */
  kernel(notebook: vscode.NotebookDocument | undefined): Kernel | undefined {
    return notebook && this.#kernels.get(notebook);
  }

  /** Notebooks that our kernel runs. */
  get notebooks(): readonly vscode.NotebookDocument[] {
    return [...this.#kernels.keys()];
  }

  /** Ends all sessions. */
  async close(): Promise<void> {
    for (const subscription of this.#subscriptions) subscription.dispose();
    await Promise.all([...this.#kernels.values()].map(kernel => kernel.close()));
    this.#pictures.dispose();
    this.#changed.dispose();
  }

  async #run(cells: readonly vscode.NotebookCell[], notebook: vscode.NotebookDocument): Promise<void> {
    await writeMetadata(notebook);
    await this.#add(notebook).run(cells);
  }

  #prefer(notebook: vscode.NotebookDocument): void {
    if (notebook.notebookType !== notebookType || !isOurs(kernelspecOf(notebook))) return;
    this.#controller.updateNotebookAffinity(notebook, vscode.NotebookControllerAffinity.Preferred);
  }

  /** Takes a TypeScript notebook that has no kernel yet, so that completion works before the first cell has run. */
  async #select(editor: vscode.NotebookEditor | undefined): Promise<void> {
    if (editor?.notebook.notebookType !== notebookType || this.#kernels.has(editor.notebook) || !isOurs(kernelspecOf(editor.notebook))) return;
    await vscode.commands.executeCommand('notebook.selectKernel', { id: controllerId, extension: extensionId, skipIfAlreadySelected: true });
  }

  #add(notebook: vscode.NotebookDocument): Kernel {
    const known = this.#kernels.get(notebook);
    if (known !== undefined) return known;
    const kernel = new Kernel(notebook, this.#controller, this.#pictures);
    this.#kernels.set(notebook, kernel);
    kernel.onDidChange(() => { this.#changed.fire(notebook); });
    this.#notebooksChanged.fire();
    this.#changed.fire(notebook);
    void this.#tell(notebook);
    return kernel;
  }

  #remove(notebook: vscode.NotebookDocument): void {
    void this.#kernels.get(notebook)?.close();
    if (!this.#kernels.delete(notebook)) return;
    this.#notebooksChanged.fire();
    this.#changed.fire(notebook);
  }

  /** Says once for each other kernel that its notebooks run here. */
  async #tell(notebook: vscode.NotebookDocument): Promise<void> {
    const kernelspec = kernelspecOf(notebook);
    const key = `told.${kernelspec.name}`;
    if (!isForeign(kernelspec) || this.#told.get<boolean>(key, false)) return;
    await this.#told.update(key, true);
    await vscode.window.showInformationMessage(
      `This notebook was made for the kernel "${kernelspec.name}". binvit runs it; what only that kernel has may be missing.`);
  }
}

/** Names language and kernel in a notebook that names none, or its cells would open as Python the next time. */
async function writeMetadata(notebook: vscode.NotebookDocument): Promise<void> {
  const { name, language } = kernelspecOf(notebook);
  if (name !== '' && language !== '') return;
  const metadata = notebook.metadata as { metadata?: object };
  const edit = new vscode.WorkspaceEdit();
  edit.set(notebook.uri, [vscode.NotebookEdit.updateNotebookMetadata({ ...metadata, metadata: { ...ownMetadata, ...metadata.metadata } })]);
  await vscode.workspace.applyEdit(edit);
}
