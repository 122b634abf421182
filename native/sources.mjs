// The engine's sources, and a hash that says whether something compiled from them is up to date.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const folder = fileURLToPath(new URL('.', import.meta.url));

/** Sha256 over names and contents of all C++ sources, and over `extra` (compiler and flags, say). */
export function sourceHash(extra = '') {
  const names = ['', 'kernels/'].flatMap(part =>
    readdirSync(join(folder, part)).filter(name => /\.(cpp|h)$/.test(name)).map(name => part + name)).sort();
  const hash = createHash('sha256').update(extra);
  for (const name of names) hash.update(`${name}\n`).update(readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n'));
  return hash.digest('hex');
}
