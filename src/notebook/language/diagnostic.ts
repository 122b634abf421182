import type ts from 'typescript';
import type { Diagnostic, SourceRange } from '../session/types.js';
import { typescript } from './typescript.js';

/**
 * TypeScript's diagnostic about a cell, as data.
 *
 * @param code what was typed
 * @param original offset in `code` of an offset in the text that TypeScript saw
 */
export function diagnosticOf(diagnostic: ts.Diagnostic, code: string, original: (offset: number) => number): Diagnostic {
  const start = original(diagnostic.start ?? 0);
  const end = original((diagnostic.start ?? 0) + (diagnostic.length ?? 0));
  return {
    severity: severityOf(diagnostic.category),
    code: diagnostic.code,
    message: typescript.flattenDiagnosticMessageText(diagnostic.messageText, '\n'),
    range: rangeOf(code, Math.min(Math.max(start, 0), code.length), Math.min(Math.max(end, 0), code.length)),
    file: null,
  };
}

/** TypeScript's diagnostic about a file that a cell imports. */
export function fileDiagnosticOf(diagnostic: ts.Diagnostic, file: ts.SourceFile): Diagnostic {
  return { ...diagnosticOf(diagnostic, file.text, offset => offset), file: file.fileName };
}

function severityOf(category: ts.DiagnosticCategory): Diagnostic['severity'] {
  if (category === typescript.DiagnosticCategory.Error) return 'error';
  return category === typescript.DiagnosticCategory.Warning ? 'warning' : 'suggestion';
}

/** The places between two offsets of a text. */
export function rangeOf(text: string, start: number, end: number): SourceRange {
  const from = placeOf(text, start);
  const to = placeOf(text, end);
  return { ...from, endLine: to.line, endColumn: to.column };
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split(/\r\n|[\n\r\u2028\u2029]/);
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
