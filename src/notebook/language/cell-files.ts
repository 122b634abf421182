import { isBuiltin } from 'node:module';
import { dirname, join, sep } from 'node:path';
import type ts from 'typescript';
import { fileVersion } from './compiler-options.js';
import { declaredPackages } from './globals.js';
import { DiskSnapshot } from './source-files.js';
import { typescript } from './typescript.js';

interface OwnFile { readonly version: string; readonly snapshot: ts.IScriptSnapshot; readonly kind: ts.ScriptKind; readonly selfContained: boolean }
interface DiskFile { readonly version: string; readonly snapshot: ts.IScriptSnapshot }

const ownSpecifier = './__binvit_';
const packageFolder = `${sep}node_modules${sep}`.replaceAll('\\', '/');

/**
 * The files of a session as TypeScript sees them: its own, which exist in memory only and lie in the session's folder, and
 * those on disk. `refresh` notices what changed on disk; between two refreshes nothing does.
 */
export class CellFiles implements ts.LanguageServiceHost {
  /** Files that are always part of the program. */
  roots: string[] = [];
  readonly #own = new Map<string, OwnFile>();
  readonly #disk = new Map<string, DiskFile>();
  /** Versions of the `package.json`s of the packages of which a file was read. */
  readonly #packages = new Map<string, string>();
  /** By importing file outside of packages: what its imports lead to; `null` for one that leads to nothing. */
  readonly #imports = new Map<string, readonly (string | null)[]>();
  /** Importing files some of whose imports were not found, or are no longer there. */
  readonly #stale = new Set<string>();
  #packageResolutions: ts.ModuleResolutionCache;
  #localResolutions: ts.ModuleResolutionCache | null = null;
  #version = 0;
  #diskVersion = 0;

  constructor(private readonly folder: string, private readonly options: ts.CompilerOptions) {
    this.#packageResolutions = this.#newResolutions();
  }

  /** Changes with the files on disk, as far as they are known. */
  get diskVersion(): number {
    return this.#diskVersion;
  }

  /** Path of one of the session's own files. */
  path(name: string): string {
    return `${this.folder.replaceAll('\\', '/').replace(/\/$/, '')}/__binvit_${name}.ts`;
  }

  /** Path of one of the session's own files by its specifier. */
  pathOf(specifier: string): string {
    return this.path(specifier.slice(ownSpecifier.length));
  }

  isOwn(path: string): boolean {
    return this.#own.has(path);
  }

  /**
   * Puts a text into one of the session's own files.
   *
   * @param selfContained it neither imports nor declares anything beyond itself, names of earlier cells aside
   */
  write(path: string, text: string, kind: ts.ScriptKind = typescript.ScriptKind.TS, selfContained = false): void {
    const old = this.#own.get(path);
    if (old !== undefined && old.kind === kind && old.snapshot.getText(0, old.snapshot.getLength()) === text) return;
    this.#own.set(path, { version: `own-${++this.#version}`, snapshot: typescript.ScriptSnapshot.fromString(text), kind, selfContained });
  }

  /** Whether one of the session's own files is self-contained, see `write`. */
  isSelfContained(path: string): boolean {
    return this.#own.get(path)?.selfContained === true;
  }

  /** What a local file of the program imports, as paths; names that are not found are left out. */
  importsOf(path: string): string[] {
    return this.#imports.get(path)?.filter(target => target !== null) ?? [];
  }

  /** Looks at the disk again: edited, added and removed local files, and packages that were installed, updated or removed. */
  refresh(): void {
    this.#localResolutions = null;
    for (const [path, version] of this.#packages) {
      const current = fileVersion(path);
      if (current === version) continue;
      this.#packages.delete(path);
      this.#packageResolutions = this.#newResolutions();
      for (const file of this.#disk.keys()) {
        if (file.startsWith(`${dirname(path)}/`)) this.#forget(file);
      }
      this.#diskChanged();
    }
    for (const [path, { version }] of this.#disk) {
      if (path.includes(packageFolder) || fileVersion(path) === version) continue;
      this.#forget(path);
      this.#diskChanged();
    }
    this.#stale.clear();
    for (const [path, targets] of this.#imports) {
      if (targets.some(target => target === null || !this.#isThere(target))) this.#stale.add(path);
    }
    if (this.#stale.size > 0) this.#diskChanged();
  }

  /** Has a file parsed anew. */
  renew(path: string): void {
    const file = this.#disk.get(path);
    if (file !== undefined) this.#disk.set(path, { ...file, version: `${file.version}+` });
    this.#version++;
  }

  #diskChanged(): void {
    this.#version++;
    this.#diskVersion++;
  }

  #isThere(path: string): boolean {
    return this.#own.has(path) || this.#disk.has(path) || fileVersion(path) !== '';
  }

  #forget(path: string): void {
    this.#disk.delete(path);
    this.#imports.delete(path);
  }

  #newResolutions(): ts.ModuleResolutionCache {
    return typescript.createModuleResolutionCache(this.folder, path => (this.useCaseSensitiveFileNames() ? path : path.toLowerCase()), this.options);
  }

  #diskFile(path: string): DiskFile | undefined {
    const known = this.#disk.get(path);
    if (known !== undefined) return known;
    const version = fileVersion(path);
    if (version === '') return undefined;
    const file = { version, snapshot: new DiskSnapshot(path) };
    this.#disk.set(path, file);
    const packageJson = packageJsonOf(path);
    if (packageJson !== null && !this.#packages.has(packageJson)) this.#packages.set(packageJson, fileVersion(packageJson));
    return file;
  }

  // What follows is TypeScript's interface.

  getProjectVersion(): string {
    return String(this.#version);
  }

  getScriptFileNames(): string[] {
    return this.roots;
  }

  getScriptVersion(path: string): string {
    return this.#own.get(path)?.version ?? this.#diskFile(path)?.version ?? '';
  }

  getScriptKind(path: string): ts.ScriptKind {
    return this.#own.get(path)?.kind ?? typescript.ScriptKind.Unknown;
  }

  getScriptSnapshot(path: string): ts.IScriptSnapshot | undefined {
    return this.#own.get(path)?.snapshot ?? this.#diskFile(path)?.snapshot;
  }

  getCompilationSettings(): ts.CompilerOptions {
    return this.options;
  }

  getCurrentDirectory(): string {
    return this.folder;
  }

  getDefaultLibFileName(options: ts.CompilerOptions): string {
    return typescript.getDefaultLibFilePath(options);
  }

  useCaseSensitiveFileNames(): boolean {
    return typescript.sys.useCaseSensitiveFileNames;
  }

  fileExists(path: string): boolean {
    return this.#own.has(path) || typescript.sys.fileExists(path);
  }

  readFile(path: string): string | undefined {
    const own = this.#own.get(path)?.snapshot;
    return own === undefined ? typescript.sys.readFile(path) : own.getText(0, own.getLength());
  }

  directoryExists(path: string): boolean {
    return typescript.sys.directoryExists(path);
  }

  getDirectories(path: string): string[] {
    return typescript.sys.getDirectories(path);
  }

  readDirectory(...query: Parameters<ts.System['readDirectory']>): string[] {
    return typescript.sys.readDirectory(...query);
  }

  realpath(path: string): string {
    return this.#own.has(path) ? path : typescript.sys.realpath?.(path) ?? path;
  }

  /** Such a file is resolved again. TypeScript calls this one as a function. */
  readonly hasInvalidatedResolutions = (path: string): boolean => this.#stale.has(path);

  /** TypeScript asks for it, though it does not say so: without it, every `package.json` is read again and again. */
  getModuleResolutionCache(): ts.ModuleResolutionCache {
    return this.#packageResolutions;
  }

  resolveModuleNameLiterals(literals: readonly ts.StringLiteralLike[], containingFile: string, redirected: ts.ResolvedProjectReference | undefined,
    _options: ts.CompilerOptions, containingSourceFile: ts.SourceFile): readonly ts.ResolvedModuleWithFailedLookupLocations[] {
    const resolved = literals.map(literal => this.resolve(literal, containingFile, containingSourceFile, redirected));
    if (!containingFile.includes(packageFolder)) {
      this.#imports.set(containingFile, resolved.flatMap(({ resolvedModule }, index) => {
        if (resolvedModule !== undefined) return [resolvedModule.resolvedFileName];
        // These are declared, not found.
        const { text } = literals[index]!;
        return isBuiltin(text) || declaredPackages.has(text) ? [] : [null];
      }));
    }
    return resolved;
  }

  /** Where an import leads. */
  resolve(literal: ts.StringLiteralLike, containingFile: string, containingSourceFile: ts.SourceFile,
    redirected?: ts.ResolvedProjectReference): ts.ResolvedModuleWithFailedLookupLocations {
    const own = literal.text.startsWith(ownSpecifier) ? this.pathOf(literal.text) : '';
    if (this.#own.has(own)) return { resolvedModule: { resolvedFileName: own, extension: typescript.Extension.Ts } };
    const cache = containingFile.includes(packageFolder) ? this.#packageResolutions : this.#localResolutions ??= this.#newResolutions();
    const mode = typescript.getModeForUsageLocation(containingSourceFile, literal, this.options);
    return typescript.resolveModuleName(literal.text, containingFile, this.options, this, cache, redirected, mode);
  }
}

/** Whether a file is TypeScript of the user's own, whose errors are shown with those of the cell that imports it. */
export function isProjectCode(path: string): boolean {
  return !path.includes(packageFolder) && /(?<!\.d)\.[cm]?tsx?$/.test(path);
}

/** The `package.json` of the package that a file belongs to; `null` for a file outside of packages. */
function packageJsonOf(path: string): string | null {
  const at = path.lastIndexOf(packageFolder);
  if (at === -1) return null;
  const [scopeOrName, name] = path.slice(at + packageFolder.length).split('/');
  const folder = path.slice(0, at + packageFolder.length);
  return join(folder, scopeOrName!.startsWith('@') ? `${scopeOrName}/${name}` : scopeOrName!, 'package.json').replaceAll('\\', '/');
}
