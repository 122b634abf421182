import type { CellError, OutputEvent } from '../../session/index.js';
import type { CodeCell, DisplayOutput, ErrorOutput, Output } from '../format/index.js';

/**
 * Stores what cells show the way Jupyter does: neighbouring text of one stream becomes one output, an update replaces every
 * display of its id in whichever cell, a cleared cell is empty.
 */
export class CellOutputs {
  readonly #displays = new Map<string, DisplayOutput[]>();
  /** Cells that are cleared when their next output comes. */
  readonly #clearNext = new Set<CodeCell>();

  /** Adds an event of a cell to its outputs. */
  add(cell: CodeCell, event: OutputEvent): void {
    switch (event.type) {
      case 'stream': {
        this.#makeRoom(cell);
        const last = cell.outputs.at(-1);
        if (last?.output_type === 'stream' && last.name === event.name) last.text += event.text;
        else cell.outputs.push({ output_type: 'stream', name: event.name, text: event.text });
        break;
      }
      case 'display': {
        const output: DisplayOutput = { output_type: 'display_data', data: event.data, metadata: { ...event.metadata } };
        this.#push(cell, output);
        if (event.displayId !== null) this.#displays.set(event.displayId, [...this.#displays.get(event.displayId) ?? [], output]);
        break;
      }
      case 'update':
        for (const output of this.#displays.get(event.displayId) ?? []) {
          output.data = event.data;
          output.metadata = { ...event.metadata };
        }
        break;
      case 'result':
        this.#push(cell, {
          output_type: 'execute_result', execution_count: cell.execution_count, data: event.data, metadata: { ...event.metadata },
        });
        break;
      case 'clear':
        if (event.wait) this.#clearNext.add(cell);
        else cell.outputs = [];
        break;
    }
  }

  /** Adds the error that ended a cell. */
  fail(cell: CodeCell, error: Pick<CellError, 'name' | 'message' | 'traceback'>): void {
    this.#push(cell, errorOutput(error));
  }

  #push(cell: CodeCell, output: Output): void {
    this.#makeRoom(cell);
    cell.outputs.push(output);
  }

  #makeRoom(cell: CodeCell): void {
    if (this.#clearNext.delete(cell)) cell.outputs = [];
  }
}

function errorOutput({ name, message, traceback }: Pick<CellError, 'name' | 'message' | 'traceback'>): ErrorOutput {
  return { output_type: 'error', ename: name, evalue: message, traceback: [...traceback] };
}
