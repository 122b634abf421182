import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { SourceMap as SourceMapData } from '../messages.js';
import type { ErrorFrame } from '../types.js';

/** Code that was compiled from something that the user typed. */
interface CompiledSource {
  readonly cell: { readonly id: string; readonly name: string } | null;
  /** Path of the file; `null` for a cell. */
  readonly file: string | null;
  readonly map: SourceMapData;
  parsed: SourceMap | null;
}

/** Place in the user's source. */
interface Place {
  /** As a stack trace shows it: name of the cell, or path. */
  readonly label: string;
  readonly cell: ErrorFrame['cell'];
  readonly file: string | null;
  readonly line: number;
  readonly column: number;
}

const sources = new Map<string, CompiledSource>();
/** Cells and files by the label that stacks show. */
const labels = new Map<string, CompiledSource>();
let unknownSource = (): void => undefined;
/** The notebook's part of this package: the session, and what cells call to display. */
const machineryFolder = new URL('../../', import.meta.url).href;

const scriptScheme = 'binvit-run:';

/** Name of a script that V8 shows in stacks. */
export const scriptUrl = (run: number): string => `${scriptScheme}${run}`;

/** Whether a script is a cell's. */
export const isCellScript = (url: string): boolean => url.startsWith(scriptScheme);

/** Whether a script is this package's own, for notebooks. */
export const isMachinery = (url: string): boolean => url.startsWith(machineryFolder);

/** Makes known what a script was compiled from. */
export function registerSource(url: string, origin: Pick<CompiledSource, 'cell' | 'file'>, map: SourceMapData): void {
  const source = { ...origin, map, parsed: null };
  sources.set(url, source);
  labels.set(source.cell?.name ?? source.file!, source);
}

/**
 * Text of an error's stack, as `Error.prepareStackTrace` gives it: places in terms of what was typed, without the frames of
 * Node and of the machinery and what called it.
 */
export function formatStack(error: Error, sites: readonly NodeJS.CallSite[]): string {
  const lines: string[] = [];
  for (const site of sites) {
    const url = (site.getScriptNameOrSourceURL() as string | null | undefined) ?? '';
    if (isMachinery(url)) {
      // Below its evaluation of a cell stand only the machinery and Node; above it are calls like `display`.
      if (url.endsWith('/session/runtime/evaluate.js')) break;
      continue;
    }
    if (url.startsWith('node:')) continue;
    const place = placeOf(url, site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0);
    lines.push(`    at ${textOf(site).replace(/[^( ]*:\d+:\d+(?=\)?$)/, () => `${place.label}:${place.line}:${place.column}`)}`);
  }
  return [headingOf(error), ...lines].join('\n');
}

/** Function and place, as V8 writes them. */
function textOf(site: { toString(): string }): string {
  return site.toString();
}

/** `TypeError: message`, as V8 begins a stack. */
function headingOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
}

/** Frames of a stack's text. */
export function parseFrames(stack: string): ErrorFrame[] {
  return stack.split('\n').flatMap(line => {
    const match = /^ {4}at (?:async )?(?:(.*) \((.*):(\d+):(\d+)\)|(.*):(\d+):(\d+))$/.exec(line);
    if (!match) return [];
    const label = match[2] ?? match[5]!;
    // Stacks that come from other threads are V8's own.
    if (label.startsWith('node:') || isMachinery(label)) return [];
    const source = labels.get(label);
    return [{
      function: match[1] === undefined ? null : match[1].replace(/^new /, ''),
      cell: source?.cell ?? null,
      file: source?.cell ? null : label,
      line: Number(match[3] ?? match[6]),
      column: Number(match[4] ?? match[7]),
    }];
  });
}

/** What was typed, for the code frame of a place. */
export function sourceText(frame: ErrorFrame): string | null {
  return labels.get(frame.cell?.name ?? frame.file ?? '')?.map.sourcesContent?.[0] ?? null;
}

/** Called when a stack goes through code that is not known, before it is taken for a plain file. */
export function onUnknownSource(handler: () => void): void {
  unknownSource = handler;
}

function placeOf(url: string, line: number, column: number): Place {
  if (!sources.has(url)) unknownSource();
  const source = sources.get(url);
  if (source === undefined) {
    const file = url.startsWith('file:') ? fileURLToPath(url.replace(/\?.*/, '')) : url;
    return { label: file, cell: null, file, line, column };
  }
  source.parsed ??= new SourceMap(source.map as ConstructorParameters<typeof SourceMap>[0]);
  const entry = source.parsed.findEntry(line - 1, column - 1);
  const original = 'originalLine' in entry ? { line: entry.originalLine + 1, column: entry.originalColumn + 1 } : { line, column };
  return { label: source.cell?.name ?? source.file!, cell: source.cell, file: source.file, ...original };
}
