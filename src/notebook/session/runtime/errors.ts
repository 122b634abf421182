import { inspect, types } from 'node:util';
import type { CellError, ErrorFrame } from '../types.js';
import { parseFrames, sourceText } from './stack.js';

const contextLines = 2;
const maxDepth = 8;

/** What was thrown, as data. */
export function cellErrorOf(thrown: unknown, depth = 0): CellError {
  const error = isError(thrown) ? thrown : null;
  const name = error === null ? typeName(thrown) : textOf(() => error.name) || 'Error';
  const message = error === null ? textOf(() => inspect(thrown, { colors: false })) : textOf(() => error.message);
  const frames = error === null ? [] : parseFrames(textOf(() => error.stack));
  const nested = (value: unknown): CellError | null => depth < maxDepth ? cellErrorOf(value, depth + 1) : null;
  const cause = error !== null && attempt(() => Object.hasOwn(error, 'cause')) === true ? nested(attempt(() => error.cause)) : null;
  const inner = attempt(() => (error as AggregateError | null)?.errors);
  const errors = Array.isArray(inner) ? inner.flatMap(value => nested(value) ?? []) : [];
  return {
    kind: 'thrown', name, message, frames, cause, errors, diagnostics: [],
    traceback: [
      ...`${name}: ${message}`.split('\n'),
      ...codeFrame(frames[0]),
      ...frames.map(formatFrame),
      ...(cause === null ? [] : indented('caused by ', cause)),
      ...errors.flatMap((inner, index) => indented(`error ${index + 1}: `, inner)),
    ],
  };
}

function isError(value: unknown): value is Error {
  // Native are those of other contexts, too.
  return types.isNativeError(value) || attempt(() => value instanceof Error) === true;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  const constructor = textOf(() => (value.constructor as { name?: unknown } | undefined)?.name);
  return constructor || 'object';
}

/** Fields of errors may be no text. */
function textOf(read: () => unknown): string {
  return attempt(() => {
    const value = read();
    return typeof value === 'string' ? value : value === undefined ? '' : inspect(value);
  }) ?? '';
}

/** What is thrown may be anything, a proxy or an error whose fields throw themselves; `undefined` then. */
function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function formatFrame({ function: name, cell, file, line, column }: ErrorFrame): string {
  const place = `${cell?.name ?? file ?? ''}:${line}:${column}`;
  return name === null ? `    at ${place}` : `    at ${name} (${place})`;
}

/** The lines around the place, with a mark under the column. */
function codeFrame(frame: ErrorFrame | undefined): string[] {
  const text = frame && sourceText(frame);
  if (text === null || text === undefined) return [];
  const lines = text.split('\n');
  const first = Math.max(1, frame!.line - contextLines);
  const last = Math.min(lines.length, frame!.line + contextLines);
  const width = String(last).length;
  const shown: string[] = [];
  for (let line = first; line <= last; line++) {
    const failing = line === frame!.line;
    shown.push(`${failing ? '>' : ' '} ${String(line).padStart(width)} | ${lines[line - 1]!}`.trimEnd());
    if (failing) shown.push(`  ${' '.repeat(width)} | ${' '.repeat(frame!.column - 1)}^`);
  }
  return shown;
}

function indented(label: string, { traceback }: CellError): string[] {
  return traceback.map((line, index) => `  ${index === 0 ? label : ''}${line}`);
}
