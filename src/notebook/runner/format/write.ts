import type { Json, MimeBundle } from '../../session/index.js';
import { writeFileAtomic } from '../../../io/index.js';
import type { Cell, Notebook, Output } from './notebook.js';

/** Writes a notebook file, at once or not at all. */
export function writeNotebook(path: string, notebook: Notebook): void {
  writeFileAtomic(path, formatNotebook(notebook));
}

/**
 * The text of a notebook file of nbformat 4.5, laid out as Jupyter does, so that what did not change does not show in a
 * diff: keys in alphabetical order, one space a level, long texts as lists of lines, a line end at the end.
 */
export function formatNotebook({ metadata, cells }: Notebook): string {
  return `${JSON.stringify(sorted({ cells: cells.map(formatCell), metadata, nbformat: 4, nbformat_minor: 5 }), null, 1)}\n`;
}

function formatCell(cell: Cell): Json {
  const { source, ...rest } = cell;
  if (rest.cell_type === 'code') return { ...rest, source: lines(source), outputs: rest.outputs.map(formatOutput) };
  const { attachments, ...others } = rest;
  if (attachments === undefined) return { ...others, source: lines(source) };
  return {
    ...others, source: lines(source),
    attachments: Object.fromEntries(Object.entries(attachments).map(([name, bundle]) => [name, formatBundle(bundle)])),
  };
}

function formatOutput(output: Output): Json {
  if (output.output_type === 'stream') return { ...output, text: lines(output.text) };
  if (output.output_type === 'error') return { ...output };
  return { ...output, data: formatBundle(output.data) };
}

/** Text is split where people read it; base64 stays in one line. */
function formatBundle(bundle: MimeBundle): MimeBundle {
  return Object.fromEntries(Object.entries(bundle).map(([type, content]) =>
    [type, typeof content === 'string' && /^text\/|^application\/javascript$|^image\/svg\+xml$/.test(type) ? lines(content) : content]));
}

/** Lines with their ends, split where Python's `str.splitlines` splits. */
function lines(text: string): string[] {
  return text.match(/[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])|[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+$/g) ?? [];
}

function sorted(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted);
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, content]) => [key, sorted(content)]));
}
