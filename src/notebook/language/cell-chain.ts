import type ts from 'typescript';
import type { CellFiles } from './cell-files.js';
import type { Scope, ScopeName } from './cell-scope.js';
import { scriptKind, type CellSource } from './cell-source.js';
import { TypeView } from './type-view.js';

/**
 * The names that a chain of cells has declared, as modules: one for each cell that declares something, and an index of the
 * newest declaration of every name.
 */
export class CellChain {
  /** Path of the index. */
  readonly index: string;
  readonly #names = new Map<string, ScopeName>();
  /** By module that is still needed: the modules that it refers to. */
  readonly #modules = new Map<string, ReadonlySet<string>>();
  /** Modules that augment the global scope. */
  readonly #ambient = new Set<string>();

  constructor(private readonly files: CellFiles, name: string) {
    this.index = files.path(name);
  }

  get names(): Scope {
    return this.#names;
  }

  /**
   * Adds a cell as a module of its own; the index is as before until it is written.
   *
   * @param name of the module with a text
   * @returns path of the module; `null` when the cell declares nothing
   */
  add(source: CellSource, name: (text: string) => string): string | null {
    const view = new TypeView(source, this.#names, null);
    const ambient = /\bdeclare\s+(?:global|module)\b/.test(source.code);
    if (view.declares.size === 0 && !ambient) return null;
    const path = this.files.path(name(view.text));
    this.write(path, view.text, scriptKind(source.language));
    if (ambient) this.#ambient.add(path);
    for (const [declared, kind] of view.declares) {
      this.#names.delete(declared);
      this.#names.set(declared, { kind, module: specifier(path) });
    }
    return path;
  }

  /** Replaces the text of a module by one that declares the same. */
  write(path: string, text: string, kind?: ts.ScriptKind): void {
    this.files.write(path, text, kind);
    this.#modules.set(specifier(path), new Set(text.match(/\.\/__binvit_\w+/g)));
  }

  /** Writes the index, and drops the cells all of whose names are declared anew and that no other cell refers to. */
  writeIndex(): void {
    const exports = new Map<string, string[]>();
    for (const [name, { module }] of this.#names) exports.set(module, [...exports.get(module) ?? [], name]);
    const ambient = [...this.#ambient].map(specifier);
    this.files.write(this.index, [
      ...ambient.map(module => `import '${module}';`),
      ...[...exports].map(([module, names]) => `export { ${names.join(', ')} } from '${module}';`), 'export {};',
    ].join('\n'));
    const needed = new Set<string>();
    const need = (module: string): void => {
      if (needed.has(module)) return;
      needed.add(module);
      for (const reference of this.#modules.get(module) ?? []) need(reference);
    };
    for (const module of [...exports.keys(), ...ambient]) need(module);
    for (const module of this.#modules.keys()) {
      if (needed.has(module)) continue;
      this.#modules.delete(module);
      this.files.remove(this.files.path(module.slice('./__binvit_'.length)));
    }
  }
}

/** How a session's file is imported by another one. */
export function specifier(path: string): string {
  return `./${path.slice(path.lastIndexOf('/') + 1, -'.ts'.length)}`;
}
