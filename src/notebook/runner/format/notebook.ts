import type { Json, MimeBundle } from '../../session/index.js';

/** Metadata of a notebook, a cell or an output: JSON that its writer chose. */
export type Metadata = Record<string, Json>;

/**
 * A notebook in memory: nbformat 4.5 with its own names (the file's), each multi-line text joined to one string.
 *
 * @see https://nbformat.readthedocs.io/en/latest/format_description.html
 */
export interface Notebook {
  metadata: Metadata;
  cells: Cell[];
}

export type Cell = CodeCell | MarkdownCell | RawCell;

interface CellBase {
  /** 1 to 64 characters of `a-z A-Z 0-9 - _`, unique in the notebook. */
  id: string;
  metadata: Metadata;
  source: string;
}

export interface CodeCell extends CellBase {
  cell_type: 'code';
  /** `null` when the cell has not run. */
  execution_count: number | null;
  outputs: Output[];
}

export interface MarkdownCell extends CellBase {
  cell_type: 'markdown';
  /** Files that the text refers to as `attachment:name`. */
  attachments?: Record<string, MimeBundle>;
}

export interface RawCell extends CellBase {
  cell_type: 'raw';
  attachments?: Record<string, MimeBundle>;
}

export type Output = StreamOutput | DisplayOutput | ResultOutput | ErrorOutput;

export interface StreamOutput {
  output_type: 'stream';
  /** `stdout` or `stderr`; other writers may use other names. */
  name: string;
  text: string;
}

export interface DisplayOutput {
  output_type: 'display_data';
  data: MimeBundle;
  metadata: Metadata;
}

export interface ResultOutput {
  output_type: 'execute_result';
  execution_count: number | null;
  data: MimeBundle;
  metadata: Metadata;
}

export interface ErrorOutput {
  output_type: 'error';
  ename: string;
  evalue: string;
  traceback: string[];
}

/** Tags of a cell, by which its writer marks it for tools. */
export function cellTags(cell: Cell): readonly string[] {
  const tags = cell.metadata['tags'];
  return Array.isArray(tags) ? tags.filter(tag => typeof tag === 'string') : [];
}

/** MIME types whose content is a JSON value; that of all others is text. */
export function isJsonMime(type: string): boolean {
  return /^application\/(.*\+)?json$/.test(type);
}

/** The language that a notebook's metadata name, in lower case; `null` where they name none. */
export function namedLanguage({ metadata }: Notebook): string | null {
  const info = metadata['language_info'] as { readonly name?: unknown } | null | undefined;
  const spec = metadata['kernelspec'] as { readonly language?: unknown } | null | undefined;
  const name = [info?.name, spec?.language].find(value => typeof value === 'string');
  return name?.toLowerCase() ?? null;
}
