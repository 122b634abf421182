import { createRequire, isBuiltin } from 'node:module';
import { join } from 'node:path';
import type ts from 'typescript';
import type { Diagnostic } from '../session/types.js';
import { asTyped } from './as-typed.js';
import { isProjectCode } from './cell-files.js';
import type { CellLook, CellService } from './cell-service.js';
import type { CellSource } from './cell-source.js';
import { diagnosticOf, fileDiagnosticOf } from './diagnostic.js';
import type { TypeView } from './type-view.js';
import { typescript } from './typescript.js';

const cannotFindModule = 2307;
const moduleWithoutTypes = 7016;

/** Checks the types of cells and of the local files that they import. */
export class TypeChecker {
  /** By local file: its errors, and the versions of all files they depend on. */
  readonly #checked = new Map<string, { readonly stamp: string; readonly diagnostics: readonly Diagnostic[] }>();

  constructor(private readonly language: CellService, private readonly cwd: string) {}

  /** Errors of the types in a cell, then those in local files that the cell itself imports. */
  check(path: string, source: CellSource, view: TypeView): Diagnostic[] {
    const { program, file } = this.language.look(path);
    const local = this.language.files.isSelfContained(path) ? [] : this.#localFiles(path);
    const own = program.getSemanticDiagnostics(file).filter(error => error.start !== undefined && view.isInCell(error.start) && !this.#isHarmless(error))
      .map(error => asTyped(diagnosticOf(error, source.code, position => view.offset(position)), view));
    return [...own, ...local.flatMap(path => this.#checkFile(path, program))];
  }

  /** A package without types is not wrong, it is implicitly `any`; neither is one that Node finds and TypeScript does not. */
  #isHarmless({ code, file, start, length }: ts.Diagnostic): boolean {
    if (code === moduleWithoutTypes) return true;
    if (code !== cannotFindModule || file === undefined || start === undefined || length === undefined) return false;
    const specifier = file.text.slice(start + 1, start + length - 1);
    if (isBuiltin(specifier)) return true;
    try {
      createRequire(join(this.cwd, 'cell.js')).resolve(specifier);
      return true;
    } catch {
      return false;
    }
  }

  #checkFile(path: string, program: ts.Program): readonly Diagnostic[] {
    const stamp = [path, ...this.#localFiles(path)].map(local => `${local} ${this.language.files.getScriptVersion(local)}`).join('\n');
    const known = this.#checked.get(path);
    if (known?.stamp === stamp) return known.diagnostics;
    const file = program.getSourceFile(path);
    const diagnostics = file === undefined ? [] : [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
      .filter(error => !this.#isHarmless(error)).map(error => fileDiagnosticOf(error, file));
    this.#checked.set(path, { stamp, diagnostics });
    return diagnostics;
  }

  /** The project's own TypeScript files that a file imports, also by way of others. */
  #localFiles(path: string): string[] {
    const { files } = this.language;
    const found = new Set<string>();
    const visit = (from: string): void => {
      for (const target of files.importsOf(from)) {
        if (found.has(target) || target === path || files.isOwn(target) || !isProjectCode(target)) continue;
        found.add(target);
        visit(target);
      }
    };
    visit(path);
    return [...found];
  }
}

/** Names that a cell imports and that are types only. */
export function importedTypes({ program, file }: CellLook): ReadonlySet<string> {
  const types = new Set<string>();
  const names = importedNames(file);
  if (names.length === 0) return types;
  const checker = program.getTypeChecker();
  for (const name of names) {
    const symbol = checker.getSymbolAtLocation(name);
    if (symbol === undefined || (symbol.flags & typescript.SymbolFlags.Alias) === 0) continue;
    const { flags } = checker.getAliasedSymbol(symbol);
    const { Type, Value } = typescript.SymbolFlags;
    if ((flags & Type) !== 0 && (flags & Value) === 0) types.add(name.text);
  }
  return types;
}

function importedNames(file: ts.SourceFile): ts.Identifier[] {
  return file.statements.flatMap(statement => {
    if (!typescript.isImportDeclaration(statement) || statement.importClause === undefined) return [];
    const { name, namedBindings } = statement.importClause;
    return [
      ...name === undefined ? [] : [name],
      ...namedBindings !== undefined && typescript.isNamedImports(namedBindings) ? namedBindings.elements.map(element => element.name) : [],
    ];
  });
}
