import type ts from 'typescript';
import type { Completions } from '../session/types.js';
import type { CellFiles } from './cell-files.js';
import { parsedOffset, typedOffset, type CellSource } from './cell-source.js';
import type { Scope } from './cell-scope.js';
import type { CellLook } from './cell-service.js';
import type { TypeView } from './type-view.js';
import { typescript } from './typescript.js';

/** What TypeScript has and does not declare: completion in a program that is not its language service's own. */
interface Undeclared {
  readonly Completions: {
    getCompletionsAtPosition(host: ts.LanguageServiceHost, program: ts.Program, log: (text: string) => void, file: ts.SourceFile, position: number,
      preferences: ts.UserPreferences, trigger: undefined, kind: undefined, cancellation: ts.CancellationToken & { throwIfCancellationRequested(): void }): ts.CompletionInfo | undefined;
  };
}

const { Completions: inProgram } = typescript as unknown as Undeclared;
const preferences: ts.UserPreferences = { includeCompletionsForModuleExports: false, includeCompletionsWithInsertText: false };
/** TypeScript's sort text of what is declared in the same file. */
const local = '11';
const neverCancelled = { isCancellationRequested: () => false, throwIfCancellationRequested: () => undefined };

/**
 * What can stand at a place of a cell.
 *
 * @param scope names of the earlier cells, which are imports or belong to other files only to the type checker
 * @param view what it is in the program; as it was parsed when left out
 */
export function completionsAt({ program, file }: CellLook, files: CellFiles, source: CellSource, scope: Scope, offset: number, view: Places = asParsed(source)): Completions {
  const { code, declares } = source;
  const found = inProgram.getCompletionsAtPosition(
    files, program, () => undefined, file, view.position(offset), preferences, undefined, undefined, neverCancelled);
  const isEarlier = (name: string): boolean => found?.isMemberCompletion === false && scope.has(name) && !declares.has(name);
  const spans = found?.entries.map(entry => entry.replacementSpan).filter(span => span !== undefined) ?? [];
  const start = spans.length > 0 ? view.offset(spans[0]!.start) : wordStart(code, offset);
  const typed = code.slice(start, offset).toLowerCase();
  const items = (found?.entries ?? [])
    .filter(({ name }) => !name.startsWith('__binvit') && name.toLowerCase().startsWith(typed))
    .map(({ name, kind, insertText, sortText }) => ({
      label: name, kind: isEarlier(name) ? scope.get(name)!.kind : kind, insertText: insertText ?? name, sortText: isEarlier(name) ? local : sortText,
    }));
  return { start, end: offset, items };
}

/** Where the offsets of a cell are in the file of the program, and back. */
type Places = Pick<TypeView, 'position' | 'offset'>;

function asParsed(source: CellSource): Places {
  return { position: offset => parsedOffset(offset, source), offset: position => typedOffset(position, source) };
}

function wordStart(code: string, offset: number): number {
  return offset - /[\p{ID_Continue}$\u200c\u200d#]*$/u.exec(code.slice(0, offset))![0].length;
}
