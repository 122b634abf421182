import type { Diagnostic } from '../session/types.js';
import type { Scope } from './cell-scope.js';
import type { DeclarationKind } from './declared-names.js';
import type { TypeView } from './type-view.js';

/** How TypeScript tells two types of one name apart: by their files. */
const qualifiedName = /import\("[^"]*\/__binvit_([a-z]+)(?:_(\d+))?[^"]*"\)\.([\p{ID_Continue}$\u200c\u200d]+)/gu;
/** Modules of the cells that ran, and of those above the one that is edited. */
const chains: readonly string[] = ['session', 'document'];

/** TypeScript's code and words for a name that cannot be assigned to; all names of earlier cells are imports to it. */
const unassignable: Readonly<Partial<Record<DeclarationKind, { readonly code: number; readonly what: string }>>> = {
  const: { code: 2588, what: 'a constant' }, enum: { code: 2628, what: 'an enum' }, class: { code: 2629, what: 'a class' },
  function: { code: 2630, what: 'a function' }, namespace: { code: 2631, what: 'a namespace' },
};

/** What TypeScript says of a cell, in the names that were typed; one that has a newer declaration is an `older` one. */
export function asTyped(diagnostic: Diagnostic, { scope, source: { declares } }: TypeView): Diagnostic {
  const message = diagnostic.message.replace(qualifiedName, (_, file: string, module: string | undefined, name: string) => {
    if (!chains.includes(file)) return name;
    const typed = name.replace(/__\d+$/, '');
    return !declares.has(typed) && scope.get(typed)?.module === Number(module) ? typed : `older ${typed}`;
  });
  return asDeclared({ ...diagnostic, message }, scope);
}

function asDeclared(diagnostic: Diagnostic, scope: Scope): Diagnostic {
  const [, name] = /^Cannot assign to '(.+)' because it is an import\.$/.exec(diagnostic.message) ?? [];
  const kind = name === undefined ? undefined : scope.get(name)?.kind;
  const words = kind === undefined ? undefined : unassignable[kind];
  if (words === undefined) return diagnostic;
  return { ...diagnostic, code: words.code, message: `Cannot assign to '${name}' because it is ${words.what}.` };
}
