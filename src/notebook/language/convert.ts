import type ts from 'typescript';
import type { CellReference, Diagnostic } from '../session/types.js';
import { cellSyntax } from './cell-syntax.js';
import { declaredNames } from './declared-names.js';
import { diagnosticOf } from './diagnostic.js';
import { parsableCode, type ParsableCode } from './object-literal.js';
import { sessionCode } from './session-code.js';
import { typescript } from './typescript.js';

/** A source map of version 3. */
export interface SourceMapV3 {
  readonly version: 3;
  readonly file: string;
  readonly sources: readonly string[];
  readonly sourcesContent: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

/** A cell as JavaScript for V8's REPL mode. */
export interface ConvertedCell {
  /** A strict script; it needs `__binvit.import`, `__binvit.result` and `__binvit.meta`, and top-level await. */
  readonly code: string;
  /** From `code` to what was typed. */
  readonly sourceMap: SourceMapV3;
  /** Names that have a value once the cell ran. */
  readonly declares: readonly string[];
}

/** What of the compiler options changes how a cell runs. */
export type EmitOptions = Pick<ts.CompilerOptions, 'jsx' | 'jsxFactory' | 'jsxFragmentFactory' | 'jsxImportSource'
  | 'experimentalDecorators' | 'emitDecoratorMetadata' | 'useDefineForClassFields'>;

/**
 * Converts a cell, or says why it does not parse. Types are dropped without a look at their meaning.
 *
 * @param types names imported by the cell that are known to be types only; their import is dropped
 */
export function convertCell(code: string, cell: CellReference, options: EmitOptions, types: ReadonlySet<string>): ConvertedCell | { readonly diagnostics: readonly Diagnostic[] } {
  const fileName = cellFileName(cell.language);
  const parsable = parsableCode(code, fileName);
  let declares: readonly string[] = [];
  const output = typescript.transpileModule(parsable.text, {
    fileName,
    reportDiagnostics: true,
    compilerOptions: { ...emitDefaults(), ...options },
    transformers: {
      before: [
        () => file => {
          declares = [...declaredNames(file, false)].flatMap(([name, kind]) => (kind === 'type' || types.has(name) ? [] : [name]));
          moveFirstLine(file, parsable);
          return file;
        },
        cellSyntax(types),
      ],
      after: [sessionCode],
    },
  });
  const errors = output.diagnostics?.filter(({ category }) => category === typescript.DiagnosticCategory.Error) ?? [];
  if (errors.length > 0) {
    return { diagnostics: errors.map(error => diagnosticOf(error, code, offset => originalOffset(offset, parsable))) };
  }
  const map = JSON.parse(output.sourceMapText!) as SourceMapV3;
  return {
    code: output.outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, ''),
    sourceMap: { ...map, sources: [cell.uri ?? `binvit-cell:${cell.id}`], sourcesContent: [code] },
    declares,
  };
}

/** A file name whose ending tells TypeScript the cell's language. */
export function cellFileName(language: CellReference['language']): string {
  return { typescript: 'cell.ts', tsx: 'cell.tsx', javascript: 'cell.jsx' }[language ?? 'typescript'];
}

/** Offset in what was typed. */
export function originalOffset(offset: number, { inserted }: ParsableCode): number {
  return inserted !== null && offset > inserted ? offset - 1 : offset;
}

function emitDefaults(): ts.CompilerOptions {
  return {
    target: typescript.ScriptTarget.ES2022,
    module: typescript.ModuleKind.ESNext,
    jsx: typescript.JsxEmit.React,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    removeComments: true,
    sourceMap: true,
    newLine: typescript.NewLineKind.LineFeed,
  };
}

/** What follows an inserted parenthesis on its line is one column to the right of where it was typed. */
function moveFirstLine(file: ts.SourceFile, { text, inserted }: ParsableCode): void {
  if (inserted === null) return;
  const lineBreak = text.indexOf('\n', inserted);
  const end = lineBreak === -1 ? text.length : lineBreak;
  const move = (node: ts.Node): void => {
    const start = node.getStart(file);
    if (start > inserted && start < end) typescript.setSourceMapRange(node, { pos: start - 1, end: Math.max(start - 1, node.end - 1) });
    typescript.forEachChild(node, move);
  };
  const last = file.statements.at(-1);
  if (last !== undefined) move(last);
}
