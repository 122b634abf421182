import type { CellError, Diagnostic, SourceRange } from './types.js';

/** The process that ran the cell is gone. `exit` is where the code ended it itself. */
export function crashedError(reason: string, exit: CellError | null): CellError {
  const message = `${exit === null ? reason : exit.message}; the session starts anew, its names and values are lost`;
  return {
    kind: 'crashed', name: 'SessionCrashed', message, frames: exit?.frames ?? [],
    traceback: [`SessionCrashed: ${message}`, ...(exit?.traceback.slice(1) ?? [])], cause: null, errors: [], diagnostics: [],
  };
}

/** There is no process, and one more would not start either. */
export function unstartedError(reason: string): CellError {
  const message = `${reason}; restart the session when that is mended`;
  return { kind: 'crashed', name: 'SessionNotStarted', message, frames: [], traceback: [`SessionNotStarted: ${message}`], cause: null, errors: [], diagnostics: [] };
}

/** The user stopped the cell. */
export function interruptedError(): CellError {
  return stoppedError('the cell was interrupted; the names and values of the session are kept');
}

/** The session was restarted or closed before the cell ended, or before its turn came. */
export function discardedError(what: 'restarted' | 'closed'): CellError {
  return stoppedError(`the session was ${what} before the cell ended`);
}

function stoppedError(message: string): CellError {
  return { kind: 'interrupted', name: 'Interrupted', message, frames: [], traceback: [`Interrupted: ${message}`], cause: null, errors: [], diagnostics: [] };
}

/** TypeScript refused the cell; nothing of it ran. */
export function refusedError(kind: 'type' | 'syntax', diagnostics: readonly Diagnostic[], code: string, name: string): CellError {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const hint = errors.map(error => browserBundleHint(error.message)).find(text => text !== null);
  const errorName = kind === 'type' ? 'TypeScriptError' : 'SyntaxError';
  const message = `${first?.message ?? 'the cell does not parse'}${errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''}${hint == null ? '' : `; ${hint}`}`;
  return {
    kind, name: errorName, message, frames: [], cause: null, errors: [], diagnostics,
    traceback: [`${errorName}: ${message}`, ...errors.flatMap(error => formatDiagnostic(error, code, name)), ...(hint == null ? [] : [hint])],
  };
}

/** `Cell [3]:1:7 - error TS2322: message`, and the line it is about. */
export function formatDiagnostic({ severity, code: number, message, range, file }: Diagnostic, code: string, name: string): string[] {
  const heading = `${file ?? name}:${range.line}:${range.column} - ${severity} TS${number}: ${message}`;
  return file === null ? [...heading.split('\n'), ...markedLine(code, range)] : heading.split('\n');
}

function markedLine(code: string, range: SourceRange): string[] {
  const line = code.split(/\r\n|[\n\r\u2028\u2029]/)[range.line - 1] ?? '';
  const end = range.endLine === range.line ? range.endColumn : line.length + 1;
  const number = `${range.line} | `;
  return [`  ${number}${line}`, `  ${' '.repeat(number.length - 2)}| ${' '.repeat(range.column - 1)}${'~'.repeat(Math.max(1, end - range.column))}`];
}

/** Plotly's package is for browsers; our figures need none. `null` where a text is not about its import. */
export function browserBundleHint(text: string): string | null {
  const name = /['"](plotly\.js(?:-[\w-]+|\/[^'"]*)?)['"]/.exec(text)?.[1];
  return name === undefined ? null : `${name} is a bundle for browsers; show({ data, layout }) draws a plotly figure here, without any import`;
}
