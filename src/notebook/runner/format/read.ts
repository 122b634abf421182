import { readFileSync } from 'node:fs';
import type { Cell, Notebook } from './notebook.js';
import { newCellId } from './cell-id.js';
import { complaint, found, notebookSchema } from './schema.js';
import { notebook3Schema, upgradeNotebook3 } from './upgrade.js';

/**
 * Reads a notebook file of nbformat 3 or 4. It is upgraded in memory; the file stays as it is.
 *
 * @throws Error that names the file and what is wrong with it
 */
export function readNotebook(path: string): Notebook {
  const bytes = readFileSync(path);
  try {
    return parseNotebook(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/**
 * A notebook from the text of its file. Cells without an id get one that follows from their place and content.
 *
 * @throws Error that says what is wrong: no JSON, an unknown version, a wrong shape, two cells of one id
 */
export function parseNotebook(text: string): Notebook {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`expected a notebook in JSON, found: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const { metadata, cells } = checked(value);
  const taken = new Set<string>();
  for (const { id } of cells) {
    if (id === undefined) continue;
    if (taken.has(id)) throw new Error(`cells: expected a different id for every cell, found "${id}" twice`);
    taken.add(id);
  }
  const withId = cells.map((cell, index) => ({ ...cell, id: cell.id ?? newCellId(`${index}\n${cell.cell_type}\n${cell.source}`, taken) }));
  return { metadata: persistent(metadata, ['orig_nbformat', 'orig_nbformat_minor', 'signature']), cells: withId.map(cell =>
    ({ ...cell, metadata: persistent(cell.metadata, ['trusted']) }) as Cell) };
}

/** Metadata without what belongs to one reader's session and not into a file. */
function persistent<T extends object>(metadata: T, transient: readonly string[]): T {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !transient.includes(key))) as T;
}

function checked(value: unknown): ReturnType<typeof notebookSchema.parse> {
  const { nbformat, nbformat_minor: minor } = (value !== null && typeof value === 'object' ? value : {}) as { nbformat?: unknown; nbformat_minor?: unknown };
  if (nbformat === 3) {
    const notebook = notebook3Schema.safeParse(value);
    if (!notebook.success) throw new Error(complaint(notebook.error, value));
    return checked(upgradeNotebook3(notebook.data));
  }
  if (nbformat !== 4 || (typeof minor === 'number' && minor > 5)) {
    const version = nbformat === 4 ? `4.${String(minor)}` : found(nbformat);
    throw new Error(`nbformat: expected 3, or 4.0 to 4.5, found ${version}; open the notebook in an editor that knows this version and save it as nbformat 4`);
  }
  const notebook = notebookSchema.safeParse(value);
  if (!notebook.success) throw new Error(complaint(notebook.error, value));
  return notebook.data;
}
