import type ts from 'typescript';
import type { CellReference } from '../session/types.js';
import { declaredNames, type DeclarationKind } from './declared-names.js';
import { typescript } from './typescript.js';

export type CellLanguageName = NonNullable<CellReference['language']>;

/** A cell, parsed. */
export interface CellSource {
  /** What was typed. */
  readonly code: string;
  readonly language: CellLanguageName;
  /** The code as it is parsed; differs from what was typed by a hashbang that became a comment, and by an inserted `(...)`. */
  readonly text: string;
  /** Offset of the inserted `(`, or `null`. */
  readonly inserted: number | null;
  readonly file: ts.SourceFile;
  /** The names that it declares, `declare ...` too. */
  readonly declares: ReadonlyMap<string, DeclarationKind>;
  /** Why it does not parse. */
  readonly errors: readonly ts.Diagnostic[];
  /** Marked by `// @ts-nocheck`. */
  readonly unchecked: boolean;
}

/**
 * Parses a cell as it is meant: a hashbang line is a comment, and a last statement in braces that is an object literal as an
 * expression, `{ a: 1 }`, gets parentheses (as in Node's own REPL), unless a semicolon ends it. A cell of TypeScript that only
 * JSX makes sense of is one of tsx: not all front ends know more than one language.
 */
export function parseCell(code: string, language: CellLanguageName = 'typescript'): CellSource {
  const source = parseAs(code, language);
  if (language !== 'typescript' || source.errors.length === 0) return source;
  const withJsx = parseAs(code, 'tsx');
  return withJsx.errors.length < source.errors.length ? withJsx : source;
}

function parseAs(code: string, language: CellLanguageName): CellSource {
  const text = code.startsWith('#!') ? `//${code.slice(2)}` : code;
  const file = parseText(text, language);
  const comments = typescript.getLeadingCommentRanges(text, 0) ?? [];
  const unchecked = comments.some(({ pos, end }) => /^\/[/*]+\s*@ts-nocheck\b/.test(text.slice(pos, end)));
  const plain = { code, language, text, inserted: null, file, declares: declaredNames(file, true), errors: syntaxErrors(file), unchecked };
  const last = file.statements.at(-1);
  if (last === undefined || !typescript.isBlock(last) || !text.trimEnd().endsWith('}') && !/\}\s*(?:\/\/[^\n]*\s*)*$/.test(text)) return plain;
  const start = last.getStart(file);
  const candidate = `${text.slice(0, start)}(${text.slice(start, last.end)})${text.slice(last.end)}`;
  const parsed = parseText(candidate, language);
  if (syntaxErrors(parsed).length > 0 || !isObjectLiteral(parsed.statements.at(-1))) return plain;
  return { ...plain, text: candidate, inserted: start, file: parsed, declares: declaredNames(parsed, true), errors: [] };
}

/** Whether a cell neither imports nor declares anything beyond itself. */
export function isSelfContained(source: CellSource): boolean {
  return staticImports(source)?.length === 0;
}

/**
 * Specifiers of the import declarations of a cell; `null` where it imports in other ways too, exports, or declares something beyond
 * itself.
 */
export function staticImports({ file, text, language }: CellSource): readonly ts.StringLiteral[] | null {
  if (language !== 'typescript') return null;
  const specifiers: ts.StringLiteral[] = [];
  let rest = '';
  let end = 0;
  for (const statement of file.statements) {
    if (!typescript.isImportDeclaration(statement)) continue;
    if (!typescript.isStringLiteral(statement.moduleSpecifier)) return null;
    specifiers.push(statement.moduleSpecifier);
    rest += text.slice(end, statement.getStart(file));
    end = statement.end;
  }
  return /\b(?:import|export|declare)\b|^\s*\/\/\//m.test(rest + text.slice(end)) ? null : specifiers;
}

/** Offset in what was typed of an offset in the parsed text. */
export function typedOffset(offset: number, { inserted }: CellSource): number {
  return inserted !== null && offset > inserted ? offset - 1 : offset;
}

/** Offset in the parsed text of an offset in what was typed. */
export function parsedOffset(offset: number, { inserted }: CellSource): number {
  return inserted !== null && offset > inserted ? offset + 1 : offset;
}

/** The grammar of a cell's language. JavaScript is read as TypeScript with JSX, which it is a part of. */
export function scriptKind(language: CellLanguageName): ts.ScriptKind {
  return language === 'typescript' ? typescript.ScriptKind.TS : typescript.ScriptKind.TSX;
}

/** The file name that makes TypeScript choose that grammar. */
function fileNameFor(language: CellLanguageName): string {
  return language === 'typescript' ? 'cell.ts' : 'cell.tsx';
}

/** A text of a cell's language as a file of its own. */
export function parseText(text: string, language: CellLanguageName): ts.SourceFile {
  return typescript.createSourceFile(fileNameFor(language), text, { languageVersion: typescript.ScriptTarget.ES2022, impliedNodeFormat: typescript.ModuleKind.ESNext },
    false, scriptKind(language));
}

/** TypeScript keeps the errors of the parser in a property that it does not declare. */
function syntaxErrors(file: ts.SourceFile): readonly ts.Diagnostic[] {
  return (file as ts.SourceFile & { readonly parseDiagnostics: readonly ts.Diagnostic[] }).parseDiagnostics;
}

function isObjectLiteral(statement: ts.Statement | undefined): boolean {
  return statement !== undefined && typescript.isExpressionStatement(statement)
    && typescript.isParenthesizedExpression(statement.expression) && typescript.isObjectLiteralExpression(statement.expression.expression);
}
