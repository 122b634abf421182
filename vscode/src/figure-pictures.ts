import type * as vscode from 'vscode';
import type { Picture, PictureOrder, RendererMessage } from '../renderer/messages.js';

/** A figure that is replaced within this time is not drawn, so that live ones are drawn when they come to rest. */
const pauseMs = 500;

/** How long a cell waits for its pictures before it ends, and a notebook before it is saved; the editor gives the latter 1.75 s. */
const patienceMs = 1500;

/** A figure whose picture is wanted. */
interface Order {
  readonly id: number;
  readonly notebook: vscode.NotebookDocument;
  readonly figure: string;
  /** Adds the picture to the output that shows the figure. */
  readonly add: (picture: Picture) => Promise<void>;
  /** Runs until the order is sent; `null` from then on. */
  pause: NodeJS.Timeout | null;
  /** Settled when the picture is in the output, or no longer wanted. */
  readonly done: Promise<void>;
  readonly end: () => void;
}

/**
 * Has pictures drawn of the figures in the outputs of cells, for readers of the file that have no plotly, such as code hosts.
 * Our renderer draws them; it is there as soon as one figure of the notebook was on the screen, and until then the orders wait.
 */
export class FigurePictures implements vscode.Disposable {
  readonly #messaging: vscode.NotebookRendererMessaging;
  readonly #orders = new Map<vscode.NotebookCellOutput, Order>();
  /** Windows of each notebook in which our renderer is loaded. */
  readonly #renderers = new WeakMap<vscode.NotebookDocument, Set<vscode.NotebookEditor>>();
  readonly #subscription: vscode.Disposable;
  #ids = 0;

  /** @param messaging the way to our renderer */
  constructor(messaging: vscode.NotebookRendererMessaging) {
    this.#messaging = messaging;
    this.#subscription = messaging.onDidReceiveMessage(({ editor, message }) => { this.#receive(editor, message as RendererMessage); });
  }

  /**
   * Orders the picture of a figure that an output shows from now on, in place of what was ordered for it before.
   *
   * @param figure in JSON
   * @param add called with the picture, unless the output shows something else by then
   */
  order(output: vscode.NotebookCellOutput, notebook: vscode.NotebookDocument, figure: string, add: Order['add']): void {
    this.cancel(output);
    let end: () => void = () => undefined;
    const done = new Promise<void>(resolve => { end = resolve; });
    const order: Order = { id: this.#ids++, notebook, figure, add, done, end, pause: setTimeout(() => { this.#send(order); }, pauseMs) };
    this.#orders.set(output, order);
  }

  /** The output shows no figure any more. */
  cancel(output: vscode.NotebookCellOutput): void {
    const order = this.#orders.get(output);
    if (order === undefined) return;
    if (order.pause !== null) clearTimeout(order.pause);
    this.#orders.delete(output);
    order.end();
  }

  /** Whether an output shows a figure that has no picture yet. */
  isOrdered(output: vscode.NotebookCellOutput, figure: string): boolean {
    return this.#orders.get(output)?.figure === figure;
  }

  /** Has all pictures of a notebook drawn that are ordered; resolves when they are in its outputs, or when it takes too long. */
  async settle(notebook: vscode.NotebookDocument): Promise<void> {
    if (!this.#renderers.get(notebook)?.size) return;
    const orders = this.#of(notebook);
    for (const order of orders) if (order.pause !== null) this.#send(order);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>(resolve => { timer = setTimeout(resolve, patienceMs); });
    await Promise.race([Promise.all(orders.map(({ done }) => done)), patience]);
    clearTimeout(timer);
  }

  dispose(): void {
    for (const output of [...this.#orders.keys()]) this.cancel(output);
    this.#subscription.dispose();
  }

  #of(notebook: vscode.NotebookDocument): Order[] {
    return [...this.#orders.values()].filter(order => order.notebook === notebook);
  }

  #send(order: Order): void {
    if (order.pause !== null) clearTimeout(order.pause);
    order.pause = null;
    const { id, figure, notebook } = order;
    const editors = this.#renderers.get(notebook);
    for (const editor of editors ?? []) {
      void this.#messaging.postMessage({ id, figure } satisfies PictureOrder, editor).then(arrived => {
        if (!arrived) editors?.delete(editor);
      });
    }
  }

  #receive(editor: vscode.NotebookEditor, message: RendererMessage): void {
    if (message.type === 'ready') {
      const { notebook } = editor;
      this.#renderers.set(notebook, (this.#renderers.get(notebook) ?? new Set()).add(editor));
      for (const order of this.#of(notebook)) if (order.pause === null) this.#send(order);
      return;
    }
    const found = [...this.#orders].find(([, { id }]) => id === message.id);
    if (found !== undefined) void this.#finish(...found, message.picture);
  }

  async #finish(output: vscode.NotebookCellOutput, order: Order, picture: Picture | null): Promise<void> {
    try {
      if (picture !== null) await order.add(picture);
    } finally {
      if (this.#orders.get(output) === order) this.#orders.delete(output);
      order.end();
    }
  }
}
