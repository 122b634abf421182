import * as vscode from 'vscode';
import type { CellError, MimeBundle, OutputEvent } from '../../src/notebook/index.js';
import type { Picture } from '../renderer/messages.js';
import { cellId } from './cells.js';
import type { FigurePictures } from './figure-pictures.js';
import { outputItems } from './output-items.js';
import { linkedTraceback } from './traceback.js';

/** Picture of a figure that an output shows. */
interface PictureEvent {
  readonly type: 'picture';
  readonly output: vscode.NotebookCellOutput;
  readonly figure: string;
  readonly picture: Picture;
}

/** What a cell shows, and why it failed. */
export type CellEvent = OutputEvent | { readonly type: 'error'; readonly error: CellError } | PictureEvent;

/** What the cells of a notebook share. */
export interface SharedOutputs {
  /** Displays that can be updated by their id, from any cell, each with the run that showed it. */
  readonly displays: Map<string, Map<vscode.NotebookCellOutput, CellOutputs>>;
  readonly pictures: FigurePictures;
}

const plotlyType = 'application/vnd.plotly.v1+json';

/** An execution in whose name outputs of a cell are written. */
export interface OutputTarget {
  readonly execution: vscode.NotebookCellExecution;
  readonly end: () => void;
}

/**
 * Writes the outputs of one run of a cell, in order: the editor takes them one by one, and what is shown meanwhile waits and
 * is joined. After the cell has ended, each write opens an execution of its own, since the editor knows no other way.
 */
export class CellOutputs {
  readonly #cell: vscode.NotebookCell;
  readonly #later: () => OutputTarget | null;
  readonly #shared: SharedOutputs;
  /** Results and displays, the latter with their ids. */
  readonly #shown = new Map<vscode.NotebookCellOutput, string | null>();
  readonly #waiting: CellEvent[] = [];
  #execution: vscode.NotebookCellExecution | null;
  #writing: Promise<void> | null = null;
  #stream: { readonly name: string; readonly output: vscode.NotebookCellOutput } | null = null;
  #clearNext = false;
  #closed = false;

  /**
   * @param later opens an execution for what is shown after {@link end}; `null` when the cell is gone
   * @param shared with the other cells of the notebook
   */
  constructor(execution: vscode.NotebookCellExecution, later: () => OutputTarget | null, shared: SharedOutputs) {
    this.#execution = execution;
    this.#cell = execution.cell;
    this.#later = later;
    this.#shared = shared;
  }

  write(event: CellEvent): void {
    if (this.#closed) return;
    this.#waiting.push(event);
    this.#writing ??= this.#drain().finally(() => { this.#writing = null; });
  }

  /**
   * Ends the cell's execution when all that was shown so far is in the notebook, with its pictures where they can be had
   * soon; what comes from then on is late.
   *
   * @param finish ends the execution
   */
  async end(finish: () => void): Promise<void> {
    try {
      await this.#settle();
      await this.#shared.pictures.settle(this.#cell.notebook);
      await this.#settle();
    } finally {
      finish();
      this.#execution = null;
    }
  }

  /** The cell runs anew: what this run still shows has no place any more. Resolves when the last write has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.length = 0;
    await this.#settle();
    this.#forget();
  }

  async #settle(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  async #drain(): Promise<void> {
    const target = this.#execution === null ? this.#later() : { execution: this.#execution, end: () => undefined };
    if (target === null) {
      this.#waiting.length = 0;
      return;
    }
    for (let event = this.#next(); event !== undefined; event = this.#next()) await this.#apply(event, target.execution);
    target.end();
  }

  /** The next event, with all directly following text of the same stream. */
  #next(): CellEvent | undefined {
    const event = this.#waiting.shift();
    if (event?.type !== 'stream') return event;
    let text = event.text;
    for (let next = this.#waiting[0]; next?.type === 'stream' && next.name === event.name; next = this.#waiting[0]) {
      text += next.text;
      this.#waiting.shift();
    }
    return { ...event, text };
  }

  async #apply(event: CellEvent, execution: vscode.NotebookCellExecution): Promise<void> {
    switch (event.type) {
      case 'clear':
        this.#clearNext = event.wait;
        if (!event.wait) await this.#show(execution, []);
        return;
      case 'update':
        for (const [output, owner] of this.#shared.displays.get(event.displayId) ?? []) {
          owner.#orderPicture(output, event.data);
          await execution.replaceOutputItems(items(event.data), output);
        }
        return;
      case 'picture':
        if (!this.#shared.pictures.isOrdered(event.output, event.figure)) return;
        await execution.appendOutputItems(items({ [event.picture.type]: event.picture.data }), event.output);
        return;
      case 'stream': {
        const item = vscode.NotebookCellOutputItem[event.name](event.text);
        if (this.#stream?.name === event.name && !this.#clearNext) {
          await execution.appendOutputItems(item, this.#stream.output);
          return;
        }
        const output = new vscode.NotebookCellOutput([item], { outputType: 'stream' });
        await this.#show(execution, [output]);
        this.#stream = { name: event.name, output };
        return;
      }
      case 'display':
      case 'result': {
        const displayId = event.type === 'display' ? event.displayId : null;
        const output = new vscode.NotebookCellOutput(items(event.data), {
          outputType: event.type === 'display' ? 'display_data' : 'execute_result',
          metadata: event.metadata,
          ...(event.type === 'result' && { executionCount: execution.executionOrder }),
          ...(displayId !== null && { transient: { display_id: displayId } }),
        });
        await this.#show(execution, [output]);
        this.#remember(output, displayId);
        this.#orderPicture(output, event.data);
        return;
      }
      case 'error': {
        const { name, message, traceback } = event.error;
        const item = vscode.NotebookCellOutputItem.error({ name, message, stack: linkedTraceback(event.error, { id: cellId(this.#cell), name: `Cell [${execution.executionOrder}]` }) });
        // What the file gets: links are only for this editor.
        const originalError = { output_type: 'error', ename: name, evalue: message, traceback };
        await this.#show(execution, [new vscode.NotebookCellOutput([item], { outputType: 'error', originalError })]);
      }
    }
  }

  /** Appends outputs, or replaces all by them where a `clear` came before. */
  async #show(execution: vscode.NotebookCellExecution, outputs: vscode.NotebookCellOutput[]): Promise<void> {
    this.#stream = null;
    const clear = this.#clearNext || outputs.length === 0;
    this.#clearNext = false;
    if (clear) {
      this.#forget();
      await execution.replaceOutput(outputs);
    } else {
      await execution.appendOutput(outputs);
    }
  }

  #remember(output: vscode.NotebookCellOutput, displayId: string | null): void {
    this.#shown.set(output, displayId);
    if (displayId === null) return;
    const { displays } = this.#shared;
    displays.set(displayId, (displays.get(displayId) ?? new Map<vscode.NotebookCellOutput, CellOutputs>()).set(output, this));
  }

  /** A figure that comes without a picture gets one when it rests. */
  #orderPicture(output: vscode.NotebookCellOutput, data: MimeBundle): void {
    const { pictures } = this.#shared;
    if (!(plotlyType in data) || Object.keys(data).some(mime => mime.startsWith('image/'))) {
      pictures.cancel(output);
      return;
    }
    const figure = JSON.stringify(data[plotlyType]);
    pictures.order(output, this.#cell.notebook, figure, async picture => {
      this.write({ type: 'picture', output, figure, picture });
      await this.#settle();
    });
  }

  #forget(): void {
    const { displays, pictures } = this.#shared;
    for (const [output, displayId] of this.#shown) {
      pictures.cancel(output);
      if (displayId === null) continue;
      const outputs = displays.get(displayId);
      outputs?.delete(output);
      if (outputs?.size === 0) displays.delete(displayId);
    }
    this.#shown.clear();
  }
}

function items(bundle: MimeBundle): vscode.NotebookCellOutputItem[] {
  return outputItems(bundle).map(({ mime, bytes }) => new vscode.NotebookCellOutputItem(bytes, mime));
}
