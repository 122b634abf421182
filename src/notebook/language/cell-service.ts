import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type ts from 'typescript';
import type { CellChain } from './cell-chain.js';
import { CellFiles } from './cell-files.js';
import type { CellSource } from './cell-source.js';
import type { CellOptions } from './compiler-options.js';
import { apiTypes, cellGlobals } from './globals.js';
import { GrowingProgram } from './growing-program.js';
import { nodeGlobals } from './node-globals.js';
import { SourceFiles } from './source-files.js';
import { typescript } from './typescript.js';

/** A file of the session, and a program that it belongs to. */
export interface CellLook {
  readonly program: ts.Program;
  readonly file: ts.SourceFile;
}

/** TypeScript's language service over the files of one session, for one set of compiler options. */
export class CellService {
  readonly files: CellFiles;
  readonly service: ts.LanguageService;
  /** Whether the project itself declares what its code has without an import. */
  readonly hasProjectGlobals: boolean;
  #growing: GrowingProgram | null = null;
  readonly #sourceFiles = new SourceFiles(path => this.files.isOwn(path));

  constructor(cwd: string, { options, declarationFiles }: CellOptions) {
    const nodeTypings = ownNodeTypings(cwd, options);
    const types = nodeTypings === null ? options.types : options.types?.filter(name => name !== 'node');
    this.files = new CellFiles(cwd, { ...options, ...types === undefined ? {} : { types } });
    const globals = this.files.path('globals').replace(/ts$/, 'd.ts');
    this.files.write(this.files.path('api'), apiTypes);
    const hasDom = options.lib?.some(file => /\.(dom|webworker)\./.test(file)) === true;
    this.files.write(globals, hasDom ? cellGlobals : `${cellGlobals}${nodeGlobals()}`);
    this.files.roots = [globals, ...declarationFiles, ...nodeTypings === null ? [] : [nodeTypings]];
    this.service = typescript.createLanguageService(this.files, this.#sourceFiles);
    this.hasProjectGlobals = !declarationFiles.every(declaresModulesOnly);
  }

  /** The program of all files as they are now. */
  get program(): ts.Program {
    return this.#newest().program;
  }

  /**
   * One of the session's files with its newest text, and a program that has it: the last program where that can take it in, which
   * is much faster than a new one.
   */
  look(path: string): CellLook {
    const last = this.#last();
    const file = last.sourceFile(path);
    if (file !== null) return { program: last.program, file };
    const { program } = this;
    return { program, file: program.getSourceFile(path)! };
  }

  /** See `GrowingProgram.right`. */
  right(cell: CellSource, chain: CellChain): CellLook | null {
    const last = this.#last();
    const file = last.right(cell, chain);
    return file === null ? null : { program: last.program, file };
  }

  /** See `GrowingProgram.draft`. */
  draft(cell: CellSource, chain: CellChain): CellLook | null {
    const last = this.#last();
    const file = last.draft(cell, chain);
    return file === null ? null : { program: last.program, file };
  }

  /** Whether the last program holds, and has some of the session's files with their newest texts. */
  has(paths: readonly string[]): boolean {
    const growing = this.#growing;
    return growing?.holds === true && paths.every(path => growing.has(path));
  }

  /** See `GrowingProgram.adopt`. */
  adopt(path: string, cell: CellSource): void {
    this.#growing?.adopt(path, cell);
  }

  /** Makes ready for the next look. */
  prepare(): void {
    this.#last().program.getTypeChecker();
  }

  #last(): GrowingProgram {
    return this.#growing?.holds === true ? this.#growing : this.#newest();
  }

  #newest(): GrowingProgram {
    const program = this.service.getProgram()!;
    if (this.#growing?.program !== program) this.#growing = new GrowingProgram(program, this.files);
    return this.#growing;
  }

  /** Lets go of the last program, since there will be another one. */
  renew(): void {
    this.#growing = null;
  }

  /** Has the documentation of what is used at a place parsed, where it is not yet. */
  wantDocumentation(path: string, position: number): void {
    for (const { fileName } of this.service.getDefinitionAtPosition(path, position) ?? []) {
      if (this.#sourceFiles.document(fileName)) this.files.renew(fileName);
    }
  }
}

/** Whether a file of declarations says nothing of what cells have without an import. */
function declaresModulesOnly(path: string): boolean {
  const file = typescript.createSourceFile(path, typescript.sys.readFile(path) ?? '', typescript.ScriptTarget.ES2022);
  return !/\bglobal\b/.test(file.text) && file.statements.every(statement =>
    typescript.isModuleDeclaration(statement) && typescript.isStringLiteral(statement.name));
}

/** The typings of Node that this package brings, where the project has none itself. */
function ownNodeTypings(cwd: string, options: ts.CompilerOptions): string | null {
  // The folder of this process may be that of another project.
  const host = { ...typescript.sys, getCurrentDirectory: () => cwd };
  const found = typescript.resolveTypeReferenceDirective('node', join(cwd, 'cell.ts'), options, host);
  if (found.resolvedTypeReferenceDirective !== undefined) return null;
  return join(dirname(createRequire(import.meta.url).resolve('@types/node/package.json')), 'index.d.ts').replaceAll('\\', '/');
}
