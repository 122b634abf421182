import { readFileSync, statSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';
import type ts from 'typescript';

const path = createRequire(import.meta.url).resolve('typescript');
const compiledPath = compiledFile();
const script = new Script(Module.wrap(readFileSync(path, 'utf8')), { filename: path, cachedData: readCompiled() });

/**
 * TypeScript itself. It is 9 MB, half of whose loading time is V8's compiler at work, so its compiled form is kept in the user's
 * cache folder.
 */
export const typescript = evaluate();

let isKept = script.cachedDataRejected === false;

/** Keeps what V8 has compiled of TypeScript by now for the next session, once; best called when everything was in use. */
export async function keepCompiled(): Promise<void> {
  if (isKept) return;
  isKept = true;
  try {
    // Not needed by a session that starts fast.
    const { writeFileAtomic } = await import('../../io/index.js');
    writeFileAtomic(compiledPath, script.createCachedData());
  } catch {
    // A cache folder that cannot be written to makes the next start slower, nothing else.
  }
}

function evaluate(): typeof ts {
  const module = { exports: {} };
  const wrapper = script.runInThisContext() as (exports: object, require: NodeJS.Require, module: object, filename: string, dirname: string) => void;
  wrapper(module.exports, createRequire(path), module, path, dirname(path));
  return module.exports as typeof ts;
}

/** V8 takes the file only with its own version, flags and processor, and front ends differ in flags: each has a file of its own. */
function compiledFile(): string {
  const caches = {
    win32: process.env['LOCALAPPDATA'], darwin: join(homedir(), 'Library', 'Caches'),
  }[process.platform as string] ?? process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const { size, mtimeMs } = statSync(path);
  return join(caches, 'binvit', `typescript-${size}-${Math.round(mtimeMs)}-${cachedDataVersionTag()}.bin`);
}

function readCompiled(): Buffer | undefined {
  try {
    return readFileSync(compiledPath);
  } catch {
    return undefined;
  }
}
