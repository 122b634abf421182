import type ts from 'typescript';
import type { CellFiles } from './cell-files.js';
import { importedModules } from './cell-scope.js';
import { typescript } from './typescript.js';

/** So many cells may come until TypeScript's tables, which forget nothing, are begun anew. */
const most = 500;

/** What TypeScript has and does not declare. */
interface Undeclared {
  bindSourceFile(file: ts.SourceFile, options: ts.CompilerOptions): void;
}
interface CheckedProgram extends ts.Program {
  getResolvedModule(file: ts.SourceFile, specifier: string, mode: ts.ResolutionMode): ts.ResolvedModuleWithFailedLookupLocations | undefined;
}

/**
 * A program whose type checker takes in cells that came after it was made. TypeScript would make a new program and a new
 * checker for each, which costs several times what the cell itself does, and is garbage after the next one.
 *
 * Nothing that the checker has seen ever changes: a file with a new text is a new file, and each imports what it needs from
 * an index of its own. So this is for self-contained files, see `CellFiles.write`.
 */
export class GrowingProgram {
  readonly program: ts.Program;
  readonly #files: CellFiles;
  /** Files on disk when the program was made. */
  readonly #diskVersion: number;
  /** By path: files that the program was made without. */
  readonly #added = new Map<string, ts.SourceFile>();
  /** By path of an added file: that of its index. */
  readonly #indexes = new Map<string, string>();
  /** By their text: paths of indexes. */
  readonly #indexPaths = new Map<string, string>();

  constructor(program: ts.Program, files: CellFiles) {
    this.program = program;
    this.#files = files;
    this.#diskVersion = files.diskVersion;
    const made = program as CheckedProgram;
    const getSourceFile = made.getSourceFile.bind(made);
    const getResolvedModule = made.getResolvedModule.bind(made);
    made.getSourceFile = path => this.#added.get(path) ?? getSourceFile(path);
    made.getResolvedModule = (file, specifier, mode) => this.#resolve(file.fileName, specifier) ?? getResolvedModule(file, specifier, mode);
  }

  /** Whether it can take in one more cell, and there is no other reason for a new one. */
  get holds(): boolean {
    return this.#files.diskVersion === this.#diskVersion && this.#added.size < 2 * most;
  }

  /** One of the session's own files, with its newest text; `null` where only a new program can have it. */
  sourceFile(path: string): ts.SourceFile | null {
    const version = this.#files.getScriptVersion(path);
    const made = this.program.getSourceFile(path) as ts.SourceFile & { readonly version?: string } | undefined;
    if (made?.version === version) return made;
    const name = path.replace(/\.ts$/, `_${version}.ts`);
    const added = this.#added.get(name);
    if (added !== undefined) return added;
    if (!this.#files.isSelfContained(path)) return null;
    const text = this.#files.readFile(path)!;
    const modules: ts.SourceFile[] = [];
    for (const module of importedModules(text)) {
      const file = this.sourceFile(this.#files.pathOf(module));
      if (file === null) return null;
      modules.push(file);
    }
    const [only] = modules;
    // One module is its own index.
    this.#indexes.set(name, only !== undefined && modules.length === 1 ? only.fileName : this.#index(modules, name));
    return this.#add(name, text);
  }

  /** Path of an index of some modules; cells that use the same share one. */
  #index(modules: readonly ts.SourceFile[], name: string): string {
    const text = `${modules.map(({ fileName }) => `export * from '${fileName}';`).join(' ')} export {};`;
    const known = this.#indexPaths.get(text);
    if (known !== undefined) return known;
    const path = name.replace(/\.ts$/, '_index.ts');
    this.#indexPaths.set(text, path);
    this.#add(path, text);
    return path;
  }

  #add(path: string, text: string): ts.SourceFile {
    const file = typescript.createSourceFile(path, text, typescript.ScriptTarget.ES2022);
    joinProgram(this.program, file, path);
    this.#added.set(path, file);
    return file;
  }

  /** What an added file imports is an index, and what that one does is a file by its path. */
  #resolve(from: string, specifier: string): ts.ResolvedModuleWithFailedLookupLocations | undefined {
    if (!this.#added.has(from)) return undefined;
    const resolvedFileName = this.#indexes.get(from) ?? specifier;
    return { resolvedModule: { resolvedFileName, extension: typescript.Extension.Ts } };
  }
}

/** Gives a file what a program gives those that it is made with, so that its checker takes it for one of them. */
export function joinProgram(program: ts.Program, file: ts.SourceFile, path: string): void {
  Object.assign(file, { path, resolvedPath: path, originalFileName: path, imports: [], moduleAugmentations: [], ambientModuleNames: [] });
  (typescript as unknown as Undeclared).bindSourceFile(file, program.getCompilerOptions());
}
