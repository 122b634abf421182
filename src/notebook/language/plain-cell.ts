import { encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';
import type ts from 'typescript';
import type { CellSource } from './cell-source.js';
import { typescript } from './typescript.js';

/** What TypeScript has and does not declare: of what kinds of syntax there is some in a file. */
interface Flagged {
  readonly transformFlags: number;
  readonly TransformFlags: Readonly<Record<'ContainsTypeScript' | 'ContainsJsx' | 'ContainsESNext', number>>;
}

/**
 * Signs of what is not the same in a session, in a script (comments of HTML), for some options of the compiler (fields of classes) or
 * in the source map (ends of lines other than `\n`).
 */
const other = /\b(?:import|class|using)\b|<!--|-->|\r(?!\n)|[\u2028\u2029]/;

/** So long as `const`, so that nothing moves. */
const declaration = 'let  ';
const [call, closing] = ['__binvit.result((', '))'];
/** What an error may point at. */
const word = /\w+|[^\w\s]/g;

/**
 * Converts a cell that is JavaScript already and declares nothing but variables by `let` and `const`, as most small cells do, by a
 * few edits of its text. It does what `cellSyntax` and `sessionCode` do, at a tenth of the time of TypeScript's emitter, which is
 * half of what the language service does for such a cell.
 *
 * @returns the code, and the mappings of its source map; `null` for any other cell
 */
export function convertPlainCell(source: CellSource): { readonly code: string; readonly mappings: string } | null {
  const { text, file } = source;
  if (!isPlain(source)) return null;
  const last = file.statements.findLast(statement => !typescript.isEmptyStatement(statement));
  const result = last !== undefined && typescript.isExpressionStatement(last) ? last.expression : null;
  const [start, end] = result === null ? [text.length, text.length] : [result.getStart(file), result.end];
  let code = text;
  // From the end, so that what is before stays in its place.
  if (result !== null) code = `${text.slice(0, start)}${call}${text.slice(start, end)}${closing}${text.slice(end)}`;
  for (const statement of file.statements) {
    if (!typescript.isVariableStatement(statement) || (statement.declarationList.flags & typescript.NodeFlags.Const) === 0) continue;
    const at = statement.getStart(file);
    code = `${code.slice(0, at)}${declaration}${code.slice(at + declaration.length)}`;
  }
  // V8 blames the call for some errors of what it is given, so its place is that of the expression.
  const place = (offset: number): number => offset + (offset > start ? call.length : 0) + (offset >= end ? closing.length : 0);
  return { code: `"use strict";\n${code}`, mappings: encode([[], ...mapped(text, place)]) };
}

/** Of each line the words: where they are, and where they were typed. */
function mapped(text: string, place: (offset: number) => number): SourceMapSegment[][] {
  let start = 0;
  return text.split('\n').map((line, number) => {
    const segments: SourceMapSegment[] = [];
    for (const { index } of line.matchAll(word)) segments.push([place(start + index) - place(start), 0, number, index]);
    start += line.length + 1;
    return segments;
  });
}

function isPlain({ text, inserted, file }: CellSource): boolean {
  const { ContainsTypeScript, ContainsJsx, ContainsESNext } = (typescript as unknown as Flagged).TransformFlags;
  const { transformFlags } = file as unknown as Flagged;
  return inserted === null && (transformFlags & (ContainsTypeScript | ContainsJsx | ContainsESNext)) === 0 && !other.test(text)
    && file.statements.every(isPlainStatement);
}

function isPlainStatement(statement: ts.Statement): boolean {
  if (typescript.isVariableStatement(statement)) return statement.modifiers === undefined && (statement.declarationList.flags & typescript.NodeFlags.BlockScoped) !== 0;
  return typescript.isExpressionStatement(statement) || typescript.isEmptyStatement(statement);
}
