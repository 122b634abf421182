import type ts from 'typescript';
import type { CellReference } from '../session/types.js';
import { parseText, type CellSource } from './cell-source.js';
import { cellSyntax } from './cell-syntax.js';
import { declaredNames } from './declared-names.js';
import { convertPlainCell } from './plain-cell.js';
import { sessionCode } from './session-code.js';
import type { Transpiler } from './transpiler.js';
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

/**
 * Converts a cell that parses. Types are dropped without a look at their meaning.
 *
 * @param types names imported by the cell that are known to be types only; their import is dropped
 */
export function convertCell(source: CellSource, cell: CellReference, transpiler: Transpiler, types: ReadonlySet<string>): ConvertedCell {
  const { code, mappings } = convertPlainCell(source) ?? transpiled(source, transpiler, types);
  return {
    code,
    sourceMap: { version: 3, file: 'cell.js', sources: [cell.uri ?? `binvit-cell:${cell.id}`], sourcesContent: [source.code], names: [], mappings },
    declares: [...declaredNames(source.file, false)].flatMap(([name, kind]) => (kind === 'type' || types.has(name) ? [] : [name])),
  };
}

function transpiled(source: CellSource, transpiler: Transpiler, types: ReadonlySet<string>): { readonly code: string; readonly mappings: string } {
  const { code, map } = transpiler.transpile(parseText(source.text, source.language), { before: [moveFirstLine(source), cellSyntax(types)], after: [sessionCode] });
  return { code: code.replace(/\/\/# sourceMappingURL=.*\s*$/, ''), mappings: (JSON.parse(map) as SourceMapV3).mappings };
}

/** What follows an inserted parenthesis on its line is one column to the right of where it was typed. */
function moveFirstLine({ text, inserted }: CellSource): ts.TransformerFactory<ts.SourceFile> {
  return () => file => {
    if (inserted === null) return file;
    const lineBreak = text.indexOf('\n', inserted);
    const lineEnd = lineBreak === -1 ? text.length : lineBreak;
    const move = (node: ts.Node): void => {
      const start = node.getStart(file);
      if (start > inserted && start < lineEnd) typescript.setSourceMapRange(node, { pos: start - 1, end: node.end - 1 });
      typescript.forEachChild(node, move);
    };
    move(file.statements.at(-1)!);
    return file;
  };
}
