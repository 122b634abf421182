import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The process of the language service, in one file: from the sources and from the build alike, the built one. A snapshot cannot
 * be made of anything else than one script.
 */
export const serverPath = fileURLToPath(new URL('../../../dist/notebook/language/server.cjs', import.meta.url));
const keeperPath = fileURLToPath(new URL('../../../dist/notebook/language/keep-snapshot.js', import.meta.url));

/**
 * V8's flags of that process. Most of what the compiler leaves behind is garbage: V8 would let the heap grow to several times what
 * lives in it, and its young generation to 48 MB.
 */
export const serverFlags: readonly string[] = ['--max-semi-space-size=4', '--heap-growing-percent=30'];

/** Variables of that process: a snapshot holds for the flags with which it was made, and glibc shall give back what is freed (10 MB). */
export const serverEnvironment = { NODE_OPTIONS: '', MALLOC_TRIM_THRESHOLD_: '131072' } as const;

/**
 * Path of the snapshot from which the language service starts: Node's `--snapshot-blob`, the heap of a process that has loaded
 * TypeScript and parsed the typings. It lies in the user's cache folder, one for each Node and each version of what is in it.
 *
 * @param node path of the executable
 */
export function snapshotPath(node: string): string {
  const caches = {
    win32: process.env['LOCALAPPDATA'], darwin: join(homedir(), 'Library', 'Caches'),
  }[process.platform as string] ?? process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const contents = [serverPath, createRequire(import.meta.url).resolve('typescript')].map(path => {
    const { size, mtimeMs } = statSync(path);
    return [path, size, mtimeMs];
  });
  const key = createHash('sha256').update(JSON.stringify([node, serverFlags, contents])).digest('hex').slice(0, 16);
  return join(caches, 'binvit', `language-${key}.snapshot`);
}

/**
 * Makes the snapshot of a Node, in a process that outlives a short session. Where that fails, the next start is slower, nothing else.
 *
 * @param node path of the executable
 */
export function keepSnapshot(node = process.execPath, env = process.env): void {
  const keeper = spawn(node, [keeperPath, snapshotPath(node)], { detached: true, stdio: 'ignore', env: { ...env, ...serverEnvironment } });
  keeper.on('error', () => undefined);
  keeper.unref();
}
