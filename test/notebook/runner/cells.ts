import type { CodeCell, Notebook } from '../../../src/notebook/runner/index.js';

/** A code cell that has not run. */
export function codeCell(source: string, tags: string[] = []): CodeCell {
  return { cell_type: 'code', id: `cell${++cells}`, metadata: tags.length > 0 ? { tags } : {}, source, outputs: [], execution_count: null };
}

let cells = 0;

/** A notebook of these code cells. */
export function notebookOf(...sources: (string | CodeCell)[]): Notebook {
  return { metadata: {}, cells: sources.map(source => typeof source === 'string' ? codeCell(source) : source) };
}

/** Text that the code cells of a notebook show, a list a cell: streams as they are, results and displays as plain text. */
export function shownBy(notebook: Notebook): string[][] {
  return notebook.cells.filter(cell => cell.cell_type === 'code').map(({ outputs }) => outputs.map(output => {
    if (output.output_type === 'stream') return output.text;
    if (output.output_type === 'error') return `${output.ename}: ${output.evalue}`;
    return output.data['text/plain'] as string;
  }));
}
