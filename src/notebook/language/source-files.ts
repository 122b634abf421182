import { startupSnapshot } from 'node:v8';
import type ts from 'typescript';
import { typescript } from './typescript.js';

type ParsedFile = ts.SourceFile & { version?: string };

/** What was parsed while the snapshot was made from which this process was started. */
const snapshotFiles = new Map<string, ParsedFile>();

/**
 * Parsed files of one language service. Files that a cell no longer reaches stay, so that the next cell that imports the same
 * package does not parse it again. Documentation comments, a third of the time it takes to parse the typings of Node, are
 * parsed only in the files for which they were asked for.
 */
export class SourceFiles implements ts.DocumentRegistry {
  readonly #files = new Map<string, ParsedFile>();
  readonly #documented = new Set<string>();

  /** @param isOwn true for files of the session, whose comments are always parsed */
  constructor(private readonly isOwn: (fileName: string) => boolean) {}

  /** Wants the documentation of a file; `false` where it is already there. The file's version must change then. */
  document(fileName: string): boolean {
    if (this.isOwn(fileName) || this.#documented.has(fileName)) return false;
    this.#documented.add(fileName);
    return true;
  }

  isDocumented(fileName: string): boolean {
    return this.#documented.has(fileName);
  }

  acquireDocumentWithKey(fileName: string, _path: ts.Path, _host: unknown, _key: unknown, snapshot: ts.IScriptSnapshot, version: string,
    scriptKind: ts.ScriptKind = typescript.ScriptKind.Unknown, options: ts.CreateSourceFileOptions | ts.ScriptTarget = typescript.ScriptTarget.ES2022): ts.SourceFile {
    const old = this.#files.get(fileName);
    if (old?.version === version) return old;
    const parsed = this.#documented.has(fileName) ? undefined : snapshotFiles.get(fileName);
    if (parsed?.version === version && parsed.languageVersion === languageVersion(options)) {
      this.#files.set(fileName, parsed);
      return parsed;
    }
    const { ParseAll, ParseNone } = typescript.JSDocParsingMode;
    const file: ParsedFile = typescript.createLanguageServiceSourceFile(fileName, snapshot, {
      ...typeof options === 'object' ? options : { languageVersion: options },
      jsDocParsingMode: this.isOwn(fileName) || this.#documented.has(fileName) ? ParseAll : ParseNone,
    }, version, false, scriptKind);
    this.#files.set(fileName, file);
    if (startupSnapshot.isBuildingSnapshot() && !this.isOwn(fileName)) snapshotFiles.set(fileName, file);
    return file;
  }

  acquireDocument(fileName: string, _settings: unknown, snapshot: ts.IScriptSnapshot, version: string, scriptKind?: ts.ScriptKind,
    options?: ts.CreateSourceFileOptions | ts.ScriptTarget): ts.SourceFile {
    return this.acquireDocumentWithKey(fileName, '' as ts.Path, null, '', snapshot, version, scriptKind, options);
  }

  updateDocumentWithKey(...[fileName, path, host, key, snapshot, version, kind, options]: Parameters<ts.DocumentRegistry['updateDocumentWithKey']>): ts.SourceFile {
    return this.acquireDocumentWithKey(fileName, path, host, key, snapshot, version, kind, options);
  }

  updateDocument(...[fileName, settings, snapshot, version, kind, options]: Parameters<ts.DocumentRegistry['updateDocument']>): ts.SourceFile {
    return this.acquireDocument(fileName, settings, snapshot, version, kind, options);
  }

  getKeyForCompilationSettings(): ts.DocumentRegistryBucketKey {
    return '' as ts.DocumentRegistryBucketKey;
  }

  releaseDocument(fileName: string): void {
    if (this.isOwn(fileName)) this.#files.delete(fileName);
  }

  releaseDocumentWithKey(path: ts.Path): void {
    this.releaseDocument(path);
  }

  reportStats(): string {
    return `${this.#files.size} files`;
  }
}

function languageVersion(options: ts.CreateSourceFileOptions | ts.ScriptTarget): ts.ScriptTarget {
  return typeof options === 'object' ? options.languageVersion : options;
}

/** A file on disk; read when it is parsed. */
export class DiskSnapshot implements ts.IScriptSnapshot {
  #text: string | undefined;

  constructor(private readonly path: string) {}

  getText(start: number, end: number): string {
    this.#text ??= typescript.sys.readFile(this.path) ?? '';
    return start === 0 && end === this.#text.length ? this.#text : this.#text.slice(start, end);
  }

  getLength(): number {
    return this.getText(0, Number.MAX_SAFE_INTEGER).length;
  }

  getChangeRange(): undefined {
    return undefined;
  }
}
