/** Two names of one cell: the editor's URI, and the file (which does not exist) that the debugger takes it for. */
export interface CellPath {
  readonly uri: string;
  readonly path: string;
  /** What the debugger's views call it. */
  readonly name: string;
}

/**
 * The file that the debugger takes a cell for. It lies beside the notebook, so that the debugger's rules about folders treat
 * a cell like a file of the project.
 *
 * @param notebook path of the notebook
 * @param key tells the notebook's cells apart
 */
export const cellPath = (notebook: string, key: string, extension: 'ts' | 'tsx' | 'js'): string =>
  `${notebook}.${key.replaceAll(/[^A-Za-z0-9]/g, '')}.${extension}`;

/**
 * Renames the cells in a message between editor and debugger, in place: the JavaScript debugger knows files, the editor knows
 * the documents of cells.
 *
 * @param to `uri` for a message of the debugger, `path` for one of the editor
 */
export function renameCells(message: unknown, cells: readonly CellPath[], to: 'uri' | 'path'): void {
  if (typeof message !== 'object' || message === null) return;
  for (const [key, value] of Object.entries(message)) {
    if (key === 'source' && isSource(value)) rename(value, cells, to);
    else renameCells(value, cells, to);
  }
}

interface Source {
  path: string;
  name?: string;
  sourceReference?: number;
}

const isSource = (value: unknown): value is Source =>
  typeof value === 'object' && value !== null && 'path' in value && typeof value.path === 'string';

function rename(source: Source, cells: readonly CellPath[], to: 'uri' | 'path'): void {
  const from = to === 'uri' ? 'path' : 'uri';
  const cell = cells.find(({ [from]: name }) => name === source.path);
  if (cell === undefined) return;
  source.path = cell[to];
  source.name = cell.name;
  // Without a reference the editor opens the document, not the debugger's copy of the code.
  source.sourceReference = 0;
}
