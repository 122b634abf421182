import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';
import type ts from 'typescript';

const typescriptPath = createRequire(import.meta.url).resolve('typescript');

/** TypeScript itself. It is no import, since a snapshot of a process cannot hold modules that Node loaded. */
export const typescript = evaluate(readFileSync(typescriptPath, 'utf8'));

function evaluate(code: string): typeof ts {
  const module = { exports: {} };
  const wrapper = new Script(`(function (exports, require, module, __filename, __dirname) {${code}\n})`, { filename: typescriptPath })
    .runInThisContext() as (exports: object, require: NodeJS.Require, module: object, filename: string, dirname: string) => void;
  wrapper(module.exports, createRequire(typescriptPath), module, typescriptPath, dirname(typescriptPath));
  return module.exports as typeof ts;
}
