import { vi } from 'vitest';

/** As much of the editor's interface as a kernel needs, with a notebook that keeps what is written to it. */
export class NotebookCellOutputItem {
  constructor(readonly data: Uint8Array, readonly mime: string) {}
  static stdout(text: string): NotebookCellOutputItem { return new NotebookCellOutputItem(Buffer.from(text), 'stdout'); }
  static stderr(text: string): NotebookCellOutputItem { return new NotebookCellOutputItem(Buffer.from(text), 'stderr'); }
  static error(error: object): NotebookCellOutputItem { return new NotebookCellOutputItem(Buffer.from(JSON.stringify(error)), 'error'); }
}

export class NotebookCellOutput {
  constructor(public items: NotebookCellOutputItem[], readonly metadata: Readonly<Record<string, unknown>> = {}) {}
}

export class FakeEmitter {
  readonly event = (): void => undefined;
  fire(): void { /* nobody listens */ }
  dispose(): void { /* nothing is held */ }
}

const later = (): Promise<void> => new Promise(resolve => { setImmediate(resolve); });

/** An execution as the editor has it: nothing can be written before its start and after its end. */
export class FakeExecution {
  executionOrder: number | undefined;
  state: 'pending' | 'running' | 'ended' = 'pending';
  success: boolean | undefined;

  constructor(readonly cell: FakeCell) {
    if (cell.execution !== null) throw new Error(`cell ${cell.index} has an execution`);
    cell.execution = this;
  }

  start(): void { this.state = 'running'; }

  end(success: boolean | undefined): void {
    if (this.state === 'ended') throw new Error('ended twice');
    this.state = 'ended';
    this.success = success;
    this.cell.execution = null;
    this.cell.runs.push(success);
  }

  clearOutput(): Promise<void> { return this.replaceOutput([]); }
  appendOutput(outputs: NotebookCellOutput[]): Promise<void> { return this.#write(() => { this.cell.outputs.push(...outputs); }); }
  replaceOutput(outputs: NotebookCellOutput[]): Promise<void> { return this.#write(() => { this.cell.outputs = [...outputs]; }); }

  appendOutputItems(items: NotebookCellOutputItem | NotebookCellOutputItem[], output: NotebookCellOutput): Promise<void> {
    return this.#write(() => { output.items.push(...[items].flat()); });
  }

  replaceOutputItems(items: NotebookCellOutputItem[], output: NotebookCellOutput): Promise<void> {
    return this.#write(() => { output.items = items; });
  }

  async #write(change: () => void): Promise<void> {
    if (this.state !== 'running') throw new Error(`written while ${this.state}`);
    await later();
    change();
  }
}

export class FakeCell {
  readonly kind = 2;
  readonly document: { readonly languageId: string; readonly uri: { readonly fragment: string; toString(): string }; getText(): string };
  outputs: NotebookCellOutput[] = [];
  execution: FakeExecution | null = null;
  /** How each execution ended. */
  readonly runs: (boolean | undefined)[] = [];

  constructor(readonly notebook: FakeNotebook, readonly index: number, code: string) {
    this.document = {
      languageId: 'typescript', getText: () => code, uri: { fragment: `C${index}`, toString: () => `vscode-notebook-cell:/folder/a.ipynb#C${index}` },
    };
  }

  /** What the cell shows: the text of each output's items, joined. */
  get shown(): string[] {
    return this.outputs.map(({ items }) => items.map(({ data }) => Buffer.from(data).toString()).join(''));
  }
}

export class FakeNotebook {
  readonly cells: FakeCell[];
  readonly uri = { fsPath: '/folder/a.ipynb', path: '/folder/a.ipynb' };
  readonly isClosed = false;
  readonly isUntitled = false;
  readonly metadata = {};

  constructor(code: readonly string[]) {
    this.cells = code.map((text, index) => new FakeCell(this, index, text));
  }

  getCells(): FakeCell[] { return this.cells; }
}

interface PictureOrder {
  readonly id: number;
  readonly figure: string;
}

/** Our renderer in the window of a notebook; a test says when it is there and what it has drawn. */
export class FakeRenderer {
  readonly orders: PictureOrder[] = [];
  #tell: (event: object) => void = () => undefined;

  constructor(readonly editor: { readonly notebook: FakeNotebook }) {}

  /** The extension's way to it. */
  readonly messaging = {
    postMessage: (order: PictureOrder): Promise<boolean> => Promise.resolve(this.orders.push(order) > 0),
    onDidReceiveMessage: (listener: (event: object) => void): object => {
      this.#tell = listener;
      return { dispose: () => undefined };
    },
  };

  /** Waits for the order of a picture, counted from 0. */
  async order(index: number): Promise<PictureOrder> {
    return vi.waitFor(() => {
      const order = this.orders[index];
      if (order === undefined) throw new Error(`${this.orders.length} pictures were ordered`);
      return order;
    }, 10_000);
  }

  ready(): void { this.#tell({ editor: this.editor, message: { type: 'ready' } }); }
  answer(id: number, svg: string | null): void {
    this.#tell({ editor: this.editor, message: { type: 'picture', id, picture: svg === null ? null : { type: 'image/svg+xml', data: svg } } });
  }
}

/** The module `vscode`. */
export const fakeVscode = {
  NotebookCellOutputItem, NotebookCellOutput,
  EventEmitter: FakeEmitter,
  NotebookCellKind: { Markup: 1, Code: 2 },
  CancellationTokenSource: class { token = {}; cancel(): void { /* no box is open */ } dispose(): void { /* nothing is held */ } },
  Uri: { joinPath: () => ({ fsPath: process.cwd() }) },
  workspace: { getConfiguration: () => ({ get: (_: string, otherwise: unknown) => otherwise }) },
  window: { showInputBox: () => Promise.resolve('answer'), showWarningMessage: () => Promise.resolve() },
};
