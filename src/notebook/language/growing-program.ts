import type ts from 'typescript';
import type { CellChain } from './cell-chain.js';
import { isProjectCode, type CellFiles } from './cell-files.js';
import { exportName, importedModules, usedNames, wordsOf, type ScopeName } from './cell-scope.js';
import { staticImports, type CellSource } from './cell-source.js';
import { typescript } from './typescript.js';

/** So many files may come until TypeScript's tables, which forget nothing, are begun anew. */
const most = 1000;

/** What may assign to a variable; more than does so (a declaration, too) does no harm. */
const assignment = /(?<![=!<>])=(?![=>])|\+\+|--|\b(?:of|in)\b/;

/** What TypeScript has and does not declare. */
interface Undeclared {
  bindSourceFile(file: ts.SourceFile, options: ts.CompilerOptions): void;
}
interface BoundFile extends ts.SourceFile {
  readonly locals: ts.SymbolTable;
  readonly symbol: ts.Symbol;
}
interface CheckedProgram extends ts.Program {
  getResolvedModule(file: ts.SourceFile, specifier: string, mode: ts.ResolutionMode): Resolution | undefined;
}
type Resolution = ts.ResolvedModuleWithFailedLookupLocations;

/**
 * A program whose type checker takes in cells that came after it was made. TypeScript would make a new program and a new
 * checker for each, which costs several times what the cell itself does, and is garbage after the next one.
 *
 * Nothing that the checker has seen ever changes: a file with a new text is a new file, and each imports what it needs from
 * an index of its own. So this is for self-contained files, see `CellFiles.write`, and for cells that import what is there already.
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
  /** By a cell that was taken in as it is: where its imports lead. */
  readonly #imports = new WeakMap<ts.SourceFile, ReadonlyMap<string, Resolution>>();
  /** By a cell that was taken in as it is: the module that it can be. */
  readonly #modules = new WeakMap<ts.SourceFile, string>();
  #count = 0;

  constructor(program: ts.Program, files: CellFiles) {
    this.program = program;
    this.#files = files;
    this.#diskVersion = files.diskVersion;
    const made = program as CheckedProgram;
    const getSourceFile = made.getSourceFile.bind(made);
    const getResolvedModule = made.getResolvedModule.bind(made);
    made.getSourceFile = path => this.#added.get(path) ?? getSourceFile(path);
    made.getResolvedModule = (file, specifier, mode) => this.#resolve(file, specifier) ?? getResolvedModule(file, specifier, mode);
  }

  /** Whether it can take in one more cell, and there is no other reason for a new one. */
  get holds(): boolean {
    return this.#files.diskVersion === this.#diskVersion && this.#count < most;
  }

  /** Whether it has one of the session's own files with its newest text. */
  has(path: string): boolean {
    return this.#known(path) !== undefined;
  }

  /** One of the session's own files, with its newest text; `null` where only a new program can have it. */
  sourceFile(path: string): ts.SourceFile | null {
    const known = this.#known(path);
    if (known !== undefined) return known;
    if (!this.#files.isSelfContained(path)) return null;
    const name = nameOf(path, this.#files.getScriptVersion(path));
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

  /**
   * Whether a cell is right, by a check of the file that was parsed as it was typed: the names of earlier cells are put among its own,
   * where `TypeView` has them imported, which in a small cell is most of what there is to parse and to check.
   *
   * @param cell in no program yet
   * @param chain the earlier cells
   * @returns the cell, if it is; `null` says nothing: the other way sees more of it, and has the words for what is wrong
   */
  right(cell: CellSource, chain: CellChain): ts.SourceFile | null {
    const { text, declares } = cell;
    const specifiers = staticImports(cell);
    if (specifiers === null) return null;
    const used = new Map(usedNames(wordsOf(text), declares, chain.names));
    const symbols = this.#symbols(used, chain);
    if (symbols === null) return null;
    for (const [name, { kind }] of used) {
      // Whether closures keep what is known of a variable depends on its assignments, which are looked for where it is declared.
      if (kind === 'let' && assignment.test(text) || kind === 'const' && this.#tellsOfOthers(symbols.get(name)!, used)) return null;
    }
    const file = this.#takeIn(cell, specifiers, chain, symbols);
    if (file === null || this.program.getSemanticDiagnostics(file).length > 0) return null;
    this.#modules.set(file, chain.path(chain.next));
    return file;
  }

  /** A cell that is being edited, with all names of the earlier ones; `null` where only a new program can have them. */
  draft(cell: CellSource, chain: CellChain): ts.SourceFile | null {
    const specifiers = staticImports(cell);
    if (specifiers === null) return null;
    const symbols = this.#symbols([...chain.names].filter(([name]) => !cell.declares.has(name)), chain);
    return symbols === null ? null : this.#takeIn(cell, specifiers, chain, symbols);
  }

  /** Has a cell that was `right` be the module that it has become, so that nothing of it is parsed or inferred again. */
  adopt(path: string, { file }: CellSource): void {
    if (this.#modules.get(file) !== path) return;
    this.#added.set(nameOf(path, this.#files.getScriptVersion(path)), file).set(file.fileName, file);
  }

  /** What the earlier cells have declared by some names; `null` where that is not in the program. */
  #symbols(names: Iterable<readonly [string, ScopeName]>, chain: CellChain): ReadonlyMap<string, ts.Symbol> | null {
    const files = new Map<number, BoundFile | null>();
    const symbols = new Map<string, ts.Symbol>();
    for (const [name, { module }] of names) {
      if (!files.has(module)) files.set(module, this.sourceFile(chain.path(module)) as BoundFile | null);
      const symbol = files.get(module)?.locals.get(escaped(name));
      if (symbol === undefined) return null;
      symbols.set(name, symbol);
    }
    return symbols;
  }

  /** One of the session's own files, with its newest text. */
  #known(path: string): ts.SourceFile | undefined {
    const version = this.#files.getScriptVersion(path);
    const made = this.program.getSourceFile(path) as ts.SourceFile & { readonly version?: string } | undefined;
    return made?.version === version ? made : this.#added.get(nameOf(path, version));
  }

  #takeIn(
    { file, declares }: CellSource, specifiers: readonly ts.StringLiteral[], chain: CellChain, symbols: ReadonlyMap<string, ts.Symbol>,
  ): ts.SourceFile | null {
    const path = nameOf(chain.path(chain.next), `typed-${++this.#count}`);
    // A module, as all cells are.
    const bound = Object.assign(file, { fileName: path, externalModuleIndicator: true }) as ts.SourceFile as BoundFile;
    joinProgram(this.program, bound, path);
    const imports = this.#resolutions(specifiers, bound);
    if (imports === null) return null;
    this.#imports.set(bound, imports);
    for (const [name, symbol] of symbols) bound.locals.set(escaped(name), symbol);
    for (const name of declares.keys()) {
      const symbol = bound.locals.get(escaped(name));
      if (symbol !== undefined) bound.symbol.exports!.set(escaped(exportName(name, chain.next)), symbol);
    }
    return bound;
  }

  /** Where imports lead, when that is in the program, and checked already. */
  #resolutions(specifiers: readonly ts.StringLiteral[], file: ts.SourceFile): ReadonlyMap<string, Resolution> | null {
    const resolutions = new Map<string, Resolution>();
    for (const specifier of specifiers) {
      const resolution = this.#files.resolve(specifier, file.fileName, file);
      const target = resolution.resolvedModule?.resolvedFileName;
      // What is declared by its name, as `node:fs` is, leads nowhere.
      if (target === undefined) continue;
      if (isProjectCode(target) || this.program.getSourceFile(target) === undefined) return null;
      resolutions.set(specifier.text, resolution);
    }
    return resolutions;
  }

  /**
   * Whether a constant may tell something of other names, as `const isText = typeof x === 'string'` does of `x`. That is forgotten
   * when it is replaced by its declaration, so it must not be known before either.
   *
   * @param depth of constants that are told by constants; TypeScript looks as far
   */
  #tellsOfOthers({ valueDeclaration: declaration }: ts.Symbol, used: ReadonlyMap<string, ScopeName>, depth = 5): boolean {
    if (declaration === undefined || used.size === 1 || !typescript.isVariableDeclaration(declaration) && !typescript.isBindingElement(declaration)) return false;
    if (typescript.isBindingElement(declaration)) return true;
    const { type, initializer } = declaration;
    if (type !== undefined || initializer === undefined || !this.#isCondition(initializer)) return false;
    const { locals } = declaration.getSourceFile() as BoundFile;
    return [...wordsOf(initializer.getText())].some(word => {
      const local = depth === 0 ? undefined : locals.get(escaped(word));
      return used.has(word) || local !== undefined && this.#tellsOfOthers(local, used, depth - 1);
    });
  }

  /** Whether something is known of other values when an expression is known to be true. */
  #isCondition(expression: ts.Expression): boolean {
    const ts = typescript;
    if (ts.isCallExpression(expression)) {
      // Of a predicate.
      const type = this.program.getTypeChecker().getTypeAtLocation(expression);
      return (type.isUnion() ? type.types : [type]).some(({ flags }) => (flags & ts.TypeFlags.BooleanLike) !== 0);
    }
    return ts.isIdentifier(expression) || ts.isPropertyAccessExpression(expression) || ts.isElementAccessExpression(expression) || ts.isBinaryExpression(expression)
      || ts.isPrefixUnaryExpression(expression) || ts.isParenthesizedExpression(expression) || ts.isNonNullExpression(expression) || ts.isSatisfiesExpression(expression);
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
    this.#count++;
    return file;
  }

  /** What an added file imports is an index, and what that one does is a file by its path; a cell has its own imports. */
  #resolve(from: ts.SourceFile, specifier: string): Resolution | undefined {
    const imports = this.#imports.get(from);
    if (imports !== undefined) return imports.get(specifier);
    if (!this.#added.has(from.fileName)) return undefined;
    const resolvedFileName = this.#indexes.get(from.fileName) ?? specifier;
    return { resolvedModule: { resolvedFileName, extension: typescript.Extension.Ts } };
  }
}

/** Of each version of a file. */
function nameOf(path: string, version: string): string {
  return path.replace(/\.ts$/, `_${version}.ts`);
}

/** As TypeScript has names in its tables. */
function escaped(name: string): ts.__String {
  return typescript.escapeLeadingUnderscores(name);
}

/** Gives a file what a program gives those that it is made with, so that its checker takes it for one of them. */
export function joinProgram(program: ts.Program, file: ts.SourceFile, path: string): void {
  Object.assign(file, { path, resolvedPath: path, originalFileName: path, imports: [], moduleAugmentations: [], ambientModuleNames: [] });
  (typescript as unknown as Undeclared).bindSourceFile(file, program.getCompilerOptions());
}
