import type { CellFiles } from './cell-files.js';
import { exportName, referencedModules, scopeImports, type Scope, type ScopeName } from './cell-scope.js';
import { isSelfContained, scriptKind, type CellSource } from './cell-source.js';
import { TypeView } from './type-view.js';

/** Modules are made so many at a time, since TypeScript looks at all files anew whenever there is one more. */
const modulesAtOnce = 32;

/**
 * The names that a chain of cells has declared, as modules: one for each cell that declares something, and an index that exports
 * all of them. A module whose names are all declared anew by later cells, and that no other one refers to, is used again.
 */
export class CellChain {
  /** Specifier of the index. */
  readonly index: string;
  readonly #names = new Map<string, ScopeName>();
  /** By module in use: the modules that it refers to. */
  readonly #references = new Map<number, ReadonlySet<number>>();
  /** Modules that augment the global scope. */
  readonly #ambient = new Set<number>();
  #free: number[] = [];
  #count = 0;

  /** @param name prefix of the names of the chain's files */
  constructor(private readonly files: CellFiles, private readonly name: string) {
    this.index = `./${files.path(name).split('/').at(-1)!.replace(/\.ts$/, '')}`;
    this.#grow();
  }

  get names(): Scope {
    return this.#names;
  }

  /** Number of the module that the next cell will be. */
  get next(): number {
    if (this.#free.length === 0) this.#grow();
    return this.#free[0]!;
  }

  /** Forgets the cells; the modules stay, for the next ones. */
  clear(): void {
    this.#names.clear();
    this.#references.clear();
    this.#ambient.clear();
    this.#free = Array.from({ length: this.#count }, (_, index) => index);
  }

  /** Empties the modules that nothing uses. */
  emptyUnused(): void {
    for (const module of this.#free) this.#empty(module);
  }

  /**
   * Adds a cell.
   *
   * @returns number of its module; `null` when it declares nothing
   */
  add(source: CellSource): number | null {
    if (!isSeen(source)) return null;
    const view = new TypeView(source, this.#names, this.index);
    const module = this.next;
    this.#free.shift();
    const exports = [...source.declares.keys()].map(name => `${name} as ${exportName(name, module)}`);
    this.files.write(this.path(module), `${view.text};export { ${exports.join(', ')} };\n`, scriptKind(source.language), isSelfContained(source));
    this.#references.set(module, referencedModules(view.text));
    if (isAmbient(source)) this.#ambient.add(module);
    for (const [declared, kind] of source.declares) {
      // The newest is the last one.
      this.#names.delete(declared);
      this.#names.set(declared, { kind, module });
    }
    this.#release();
    return module;
  }

  /** Whether a module has names that later cells can use. */
  isUsed(module: number): boolean {
    return this.#references.has(module);
  }

  /** Replaces the text of a module by one that declares the same, and may have lost the import of names that it did not need. */
  replace(module: number, text: string): void {
    this.files.write(this.path(module), text.includes(`from '${this.index}'`) ? text : `${scopeImports([], this.index)}\n${text}`);
    this.#references.set(module, referencedModules(text));
  }

  /** Path of a module. */
  path(module: number): string {
    return this.files.path(`${this.name}_${module}`);
  }

  /** An empty module imports what one with a cell does. */
  #empty(module: number): void {
    this.files.write(this.path(module), scopeImports([], this.index), undefined, true);
  }

  #grow(): void {
    const first = this.#count;
    this.#count += modulesAtOnce;
    for (let module = first; module < this.#count; module++) {
      this.#free.push(module);
      this.#empty(module);
    }
    const modules = Array.from({ length: this.#count }, (_, module) => `export * from '${this.index}_${module}';`);
    this.files.write(this.files.path(this.name), modules.join('\n'));
  }

  #release(): void {
    const needed = new Set<number>();
    const need = (module: number): void => {
      if (needed.has(module)) return;
      needed.add(module);
      for (const reference of this.#references.get(module) ?? []) need(reference);
    };
    for (const { module } of this.#names.values()) need(module);
    this.#ambient.forEach(need);
    for (const module of this.#references.keys()) {
      if (needed.has(module)) continue;
      this.#references.delete(module);
      this.#free.push(module);
      this.#empty(module);
    }
  }
}

/** Whether a cell declares something that later ones see. */
export function isSeen(source: CellSource): boolean {
  return source.declares.size > 0 || isAmbient(source);
}

/** Whether a cell augments the global scope or a module. */
export function isAmbient({ code }: CellSource): boolean {
  return /\bdeclare\s+(?:global|module)\b/.test(code);
}
