import type { CellError, Diagnostic, ErrorFrame } from '../../src/notebook/index.js';

type Failure = Pick<CellError, 'frames' | 'diagnostics' | 'cause' | 'errors'>;

/** A place as the traceback writes it, and where it leads. */
interface Link {
  readonly place: string;
  readonly href: string;
}

/**
 * An error's traceback whose places are links: the editor's output shows HTML links in a traceback as such, goes to the line
 * of a cell for `<URI of the cell>?line=<line from 0>`, and opens a file for `<path>:<line>:<column>`.
 *
 * @param cell the one that failed
 */
export function linkedTraceback(error: Failure & Pick<CellError, 'traceback'>, cell: NonNullable<ErrorFrame['cell']>): string {
  // Longest first, or `Cell [1]:1:2` would be found in `Cell [1]:1:23`.
  const links = linksOf(error, cell).sort((a, b) => b.place.length - a.place.length);
  const linked = new Map(links.map(({ place, href }) => [place, `<a href='${href.replaceAll("'", '%27')}'>${place}</a>`]));
  const places = [...linked.keys()].map(place => place.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const text = error.traceback.join('\n');
  return places.length === 0 ? text : text.replaceAll(new RegExp(places.join('|'), 'g'), place => linked.get(place)!);
}

function linksOf({ frames, diagnostics, cause, errors }: Failure, cell: NonNullable<ErrorFrame['cell']>): Link[] {
  const own = diagnostics.map(({ file, range: { line, column } }: Diagnostic) => linkTo(file === null ? cell : null, file, line, column));
  const inner = [...(cause === null ? [] : [cause]), ...errors].flatMap(error => linksOf(error, cell));
  return [...own, ...frames.map(frame => linkTo(frame.cell, frame.file, frame.line, frame.column)), ...inner];
}

function linkTo(cell: ErrorFrame['cell'], file: string | null, line: number, column: number): Link {
  const at = `:${line}:${column}`;
  return cell === null ? { place: `${file}${at}`, href: `${file}${at}` } : { place: `${cell.name}${at}`, href: `${cell.id}?line=${line - 1}` };
}
