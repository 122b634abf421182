import type { CellError, ErrorFrame } from '../../src/notebook/index.js';

/**
 * An error's traceback whose places are links: the editor's output shows HTML links in a traceback as such, goes to the line
 * of a cell for `<URI of the cell>?line=<line from 0>`, and opens a file for `<path>:<line>:<column>`.
 */
export function linkedTraceback(error: Pick<CellError, 'traceback' | 'frames' | 'cause' | 'errors'>): string {
  // Longest first, or `Cell [1]:1:2` would be found in `Cell [1]:1:23`.
  const links = framesOf(error).map(linkOf).sort((a, b) => b.place.length - a.place.length);
  const linked = new Map(links.map(({ place, href }) => [place, `<a href='${href.replaceAll("'", '%27')}'>${place}</a>`]));
  const places = [...linked.keys()].map(place => place.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const text = error.traceback.join('\n');
  return places.length === 0 ? text : text.replaceAll(new RegExp(places.join('|'), 'g'), place => linked.get(place)!);
}

function framesOf({ frames, cause, errors }: Pick<CellError, 'frames' | 'cause' | 'errors'>): readonly ErrorFrame[] {
  return [...frames, ...(cause === null ? [] : framesOf(cause)), ...errors.flatMap(framesOf)];
}

function linkOf({ cell, file, line, column }: ErrorFrame): { readonly place: string; readonly href: string } {
  const at = `:${line}:${column}`;
  return cell === null ? { place: `${file}${at}`, href: `${file}${at}` } : { place: `${cell.name}${at}`, href: `${cell.id}?line=${line - 1}` };
}
