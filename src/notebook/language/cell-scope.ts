import type { DeclarationKind } from './declared-names.js';

/** A name that cells can use: what it is, and the module that declares it. */
export interface ScopeName {
  readonly kind: DeclarationKind;
  readonly module: string;
}

export type Scope = ReadonlyMap<string, ScopeName>;

/** Words of a text that can be names; more than there are (words in strings, too) do no harm. */
export function wordsOf(code: string): Set<string> {
  return new Set(code.match(/[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/gu));
}

/**
 * Declarations that bring the names of earlier cells into a module, on one line. An import cannot be assigned to, so a variable
 * is declared with the type of the imported one.
 *
 * @param names the ones to bring in
 * @param moduleOf specifier of the module that exports a name
 * @param always specifiers to import whether or not a name comes from them: TypeScript is fastest when a file's imports stay
 */
export function scopeImports(names: Iterable<readonly [string, ScopeName]>, moduleOf: (name: ScopeName) => string, always: readonly string[]): string {
  const imported = new Map<string, string[]>(always.map(module => [module, []]));
  const namespaces = [...always];
  const variables: string[] = [];
  for (const [name, entry] of names) {
    const module = moduleOf(entry);
    if (entry.kind === 'let' || entry.kind === 'var') {
      if (!namespaces.includes(module)) namespaces.push(module);
      variables.push(`declare let ${name}: typeof __binvit_${namespaces.indexOf(module)}.${name};`);
    } else {
      imported.set(module, [...imported.get(module) ?? [], name]);
    }
  }
  return [
    ...[...imported].map(([module, list]) => `import { ${list.join(', ')} } from '${module}';`),
    ...namespaces.map((module, index) => `import * as __binvit_${index} from '${module}';`),
    ...variables,
  ].join(' ');
}

const stubs: Record<DeclarationKind, (name: string) => string> = {
  let: name => `declare let ${name}: any;`, var: name => `declare let ${name}: any;`,
  const: name => `declare const ${name}: any;`, import: name => `declare const ${name}: any;`, namespace: name => `declare const ${name}: any;`,
  function: name => `declare function ${name}(): any;`, class: name => `declare class ${name} {}`,
  enum: name => `declare enum ${name} {}`, type: name => `type ${name} = any;`,
};

/** Declarations of names that need not have their type: for lists of what there is. */
export function scopeStubs(names: Iterable<readonly [string, ScopeName]>): string {
  return [...names].map(([name, { kind }]) => stubs[kind](name)).join(' ');
}
