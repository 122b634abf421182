import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { clear, display, input, outletKey, progress, show } from '../../display/index.js';
import { CellModules } from './modules/cell-modules.js';
import { sessionOutlet } from './outlet.js';
import { runOfCode } from './runs.js';

/** Defines what cells find in the global scope. */
export function defineGlobals(cwd: string): void {
  const notebook = join(cwd, 'notebook.ts');
  const modules = new CellModules(cwd);
  const { require } = modules;
  const module = { exports: {}, id: notebook, filename: notebook, loaded: true, children: [], paths: [], require };
  /** What the converter writes into the code of cells. */
  const machinery = {
    import: (specifier: unknown, options?: ImportCallOptions) => modules.import(String(specifier), options),
    result: (value: unknown) => {
      const run = runOfCode();
      if (run) run.result = value;
    },
    meta: { url: pathToFileURL(notebook).href, filename: notebook, dirname: cwd, resolve: (specifier: string) => modules.resolve(specifier) },
  };
  const globals = {
    require, module, exports: module.exports, __filename: notebook, __dirname: cwd,
    display, show, input, clear, progress,
  };
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  }
  Object.defineProperty(globalThis, '__binvit', { value: machinery });
  Object.defineProperty(globalThis, outletKey, { value: sessionOutlet });
}
