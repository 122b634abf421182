import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runOfCode } from './runs.js';

/** Defines what cells find in the global scope: the names that the converter writes, and those of a CommonJS module. */
export function defineGlobals(cwd: string): void {
  const notebook = join(cwd, 'notebook.ts');
  const require = createRequire(notebook);
  const module = { exports: {}, id: notebook, filename: notebook, loaded: true, children: [], paths: [], parent: null, require };
  const hidden = {
    __binvit: {
      import: (specifier: string, options?: ImportCallOptions) => import(specifier, options),
      result: (value: unknown) => { const run = runOfCode(); if (run) run.result = value; },
      meta: { url: pathToFileURL(notebook).href, filename: notebook, dirname: cwd, resolve: (specifier: string) => pathToFileURL(require.resolve(specifier)).href },
    },
    require, module, exports: module.exports, __filename: notebook, __dirname: cwd,
  };
  for (const [name, value] of Object.entries(hidden)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  }
}
