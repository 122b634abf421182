import type { CellSource } from './cell-source.js';
import type { DeclarationKind } from './declared-names.js';

/** A name that cells can use: what it is, and the number of the module that declares it. */
export interface ScopeName {
  readonly kind: DeclarationKind;
  readonly module: number;
}

export type Scope = ReadonlyMap<string, ScopeName>;

/** Of some words, the names of earlier cells that a cell does not declare itself. */
export function usedNames(words: ReadonlySet<string>, declares: CellSource['declares'], scope: Scope): [string, ScopeName][] {
  return [...words].flatMap((name): [string, ScopeName][] => {
    const entry = declares.has(name) ? undefined : scope.get(name);
    return entry === undefined ? [] : [[name, entry]];
  });
}

/** Words of a text that can be names; more than there are (words in strings, too) do no harm. */
export function wordsOf(code: string): Set<string> {
  return new Set(code.match(/[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/gu));
}

/** The name under which a module exports its declaration, so that the exports of all modules can stand side by side. */
export function exportName(name: string, module: number): string {
  return `${name}__${module}`;
}

/** Numbers of the modules that a text takes names from; a word of the user's that looks like one does no harm. */
export function referencedModules(text: string): ReadonlySet<number> {
  return new Set([...text.matchAll(/__(\d+)\b/g)].map(([, module]) => Number(module)));
}

/**
 * Declarations that bring names of earlier cells into a module, on one line. An import cannot be assigned to, so a variable is
 * declared with the type of the imported one. The index is imported once, whatever the names are: as long as no file changes its
 * imports, TypeScript reuses the whole structure of the program.
 *
 * @param index specifier of the module that exports the names of all modules
 */
export function scopeImports(names: readonly (readonly [string, ScopeName])[], index: string): string {
  const local = (name: string, { kind }: ScopeName): string => (kind === 'let' || kind === 'var' ? `__binvit_${name}` : name);
  const imported = names.map(([name, entry]) => `${exportName(name, entry.module)} as ${local(name, entry)}`);
  const variables = names.filter(([name, entry]) => local(name, entry) !== name).map(([name]) => `declare let ${name}: typeof __binvit_${name};`);
  return [`import { ${imported.join(', ')} } from '${index}';`, ...variables].join(' ');
}

/** Modules in {@link scopeImports} at the top of a text, as specifiers. */
export function importedModules(text: string): string[] {
  const { index: end, 1: index } = /\} from '(.*?)'/.exec(text)!;
  return [...new Set([...text.slice(0, end).matchAll(/__(\d+) as /g)].map(([, module]) => `${index}_${module}`))];
}

const stubs: Record<Exclude<DeclarationKind, 'import'>, (name: string) => string> = {
  let: name => `declare let ${name}: any;`, var: name => `declare let ${name}: any;`,
  const: name => `declare const ${name}: any;`, namespace: name => `declare const ${name}: any;`,
  function: name => `declare function ${name}(): any;`, class: name => `declare class ${name} {}`,
  enum: name => `declare enum ${name} {}`, type: name => `type ${name} = any;`,
};

/** Declarations of names that need not have their type: for lists of what there is. Not of imports, which may be types too. */
export function scopeStubs(names: readonly (readonly [string, ScopeName])[]): string {
  return names.map(([name, { kind }]) => (kind === 'import' ? '' : stubs[kind](name))).join(' ');
}
