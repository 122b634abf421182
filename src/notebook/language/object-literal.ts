import { typescript as ts } from './typescript.js';

/** Code of a cell, ready to be parsed, and where it differs from what was typed. */
export interface ParsableCode {
  readonly text: string;
  /** Offset of the one inserted `(`, or `null`. */
  readonly inserted: number | null;
}

/**
 * Makes a cell parse as it is meant: a hashbang line becomes a comment of the same length, and a last statement in braces that
 * is an object literal as an expression, `{ a: 1 }`, is put in parentheses (as Node's own REPL does), unless a semicolon ends it.
 */
export function parsableCode(code: string, fileName: string): ParsableCode {
  const text = code.startsWith('#!') ? `//${code.slice(2)}` : code;
  if (!/\}\s*(?:\/\/[^\n]*|\s)*$/.test(text)) return { text, inserted: null };
  const parse = (source: string) => ts.createSourceFile(fileName, source, ts.ScriptTarget.ES2022);
  const file = parse(text);
  const last = file.statements.at(-1);
  if (last === undefined || !ts.isBlock(last)) return { text, inserted: null };
  const start = last.getStart(file);
  const candidate = `${text.slice(0, start)}(${text.slice(start, last.end)})${text.slice(last.end)}`;
  const literal = ts.transpileModule(candidate, { fileName, reportDiagnostics: true }).diagnostics?.length === 0
    && isObjectLiteral(parse(candidate).statements.at(-1));
  return literal ? { text: candidate, inserted: start } : { text, inserted: null };
}

function isObjectLiteral(statement: import('typescript').Statement | undefined): boolean {
  return statement !== undefined && ts.isExpressionStatement(statement)
    && ts.isParenthesizedExpression(statement.expression) && ts.isObjectLiteralExpression(statement.expression.expression);
}
