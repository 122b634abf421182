import Module, { createRequire, isBuiltin, register } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tslab from '../tslab.js';
import { browserBundleHint } from '../../cell-errors.js';
import { whileLoading } from '../interruption.js';
import { outsideRuns, runOfCode } from '../runs.js';
import { onUnknownSource, parseFrames, registerSource } from '../stack.js';
import { compile } from './compile.js';
import type { HookData } from './hook-messages.js';
import { isLocalFile } from './local-file.js';
import { LocalModules } from './local-modules.js';
import { mappedFile } from './path-mapping.js';

const tslabUrl = new URL('../tslab.js', import.meta.url).href;

/** `import` and `require` of cells: as of a file in the notebook's folder, with local files in their newest version. */
export class CellModules {
  readonly #notebook: string;
  readonly #require: NodeJS.Require;
  readonly #locals = new LocalModules();
  #isHooked = false;

  constructor(cwd: string) {
    this.#notebook = join(cwd, 'notebook.ts');
    this.#require = createRequire(this.#notebook);
    adaptRequire();
    onUnknownSource(() => { this.#locals.receive(); });
  }

  /** The module that an import in a cell gives. */
  async import(specifier: string, options?: ImportCallOptions): Promise<unknown> {
    if (isBuiltin(specifier)) return import(specifier);
    refuseBrowserBundle(specifier);
    this.#hook();
    this.#locals.refresh();
    const known = this.#locals.files();
    const here = new Error();
    const fail = (): void => { this.#locals.forget(known); };
    const signal = runOfCode()?.stop.signal;
    signal?.addEventListener('abort', fail);
    try {
      // Stopping the cell must not leave Node's loader with a package that is half loaded.
      return await whileLoading(() => outsideRuns(() => import(specifier, options) as Promise<unknown>));
    } catch (error) {
      fail();
      throw placed(error, here);
    } finally {
      signal?.removeEventListener('abort', fail);
    }
  }

  /** URL of the module that a specifier in a cell means. */
  resolve(specifier: string): string {
    if (isBuiltin(specifier)) return import.meta.resolve(specifier);
    this.#hook();
    const url = new URL(import.meta.resolve(specifier));
    url.search = '';
    return url.href;
  }

  /** The function `require` of cells. */
  get require(): NodeJS.Require {
    const load = (specifier: string): unknown => {
      refuseBrowserBundle(specifier);
      if (specifier === 'tslab') return tslab;
      if (isBuiltin(specifier)) return this.#require(specifier) as unknown;
      this.#locals.refresh();
      const loaded = this.#require(specifier) as unknown;
      this.#locals.receive();
      return loaded;
    };
    return Object.assign(load, this.#require);
  }

  #hook(): void {
    if (this.#isHooked) return;
    this.#isHooked = true;
    const data: HookData = { port: this.#locals.loaderPort, importer: import.meta.url, notebook: this.#notebook, tslab: tslabUrl };
    register('./hooks.js', { parentURL: import.meta.url, data, transferList: [this.#locals.loaderPort] });
  }
}

/** An error of the loader's thread knows no place in a cell; it gets the one of the import. */
function placed(error: unknown, here: Error): unknown {
  if (error instanceof Error && parseFrames(error.stack ?? '').length === 0) {
    const stack = [`${error.name}: ${error.message}`, ...(here.stack ?? '').split('\n').slice(1)].join('\n');
    Reflect.defineProperty(error, 'stack', { value: stack, writable: true, configurable: true, enumerable: false });
  }
  return error;
}

/** What Node calls for a required file, by its ending. */
type Extensions = Record<string, (module: { _compile(code: string, file: string): void }, file: string) => void>;

/** What Node's `require` is made of, and offers to be replaced. */
interface RequireParts {
  readonly _extensions: Extensions;
  _resolveFilename: (specifier: string, importer: { readonly filename?: string | null } | undefined, ...rest: unknown[]) => string;
}

/** Makes `require` compile local TypeScript, and find what a `tsconfig.json` maps. */
function adaptRequire(): void {
  const parts = Module as unknown as RequireParts;
  const resolveFilename = parts._resolveFilename.bind(parts);
  parts._resolveFilename = (specifier, importer, ...rest) => {
    const path = importer?.filename;
    const mayBeMapped = path != null && isLocalFile(path) && !/^[./#]/.test(specifier) && !isBuiltin(specifier);
    return (mayBeMapped ? mappedFile(specifier, path) : null) ?? resolveFilename(specifier, importer, ...rest);
  };
  const extensions = parts._extensions;
  for (const ending of ['.ts', '.tsx', '.cts', '.jsx']) {
    extensions[ending] = (module, file) => {
      if (!isLocalFile(file)) throw new Error(`${file}: expected JavaScript in an installed package, found TypeScript`);
      const { code, map } = compile(readFileSync(file, 'utf8'), file, 'commonjs');
      registerSource(file, { cell: null, file }, map);
      module._compile(code, file);
    };
  }
}

/** @throws Error that names the figure helper, for Plotly's bundle for browsers */
function refuseBrowserBundle(specifier: string): void {
  const hint = browserBundleHint(`'${specifier}'`);
  if (hint !== null) throw new Error(hint);
}
