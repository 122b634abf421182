import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** This folder. */
export const folder = fileURLToPath(new URL('.', import.meta.url));

function files(path) {
  return readdirSync(join(folder, path))
    .filter(name => /\.(cpp|h)$/.test(name))
    .sort()
    .map(name => (path === '.' ? name : `${path}/${name}`));
}

/**
 * SHA-256 over names and contents of C++ sources and over `settings`: two builds with the same hash are the same build.
 *
 * @param paths files below this folder
 * @param settings what else decides the result, such as compiler and options
 */
export function hashOf(paths, settings) {
  const hash = createHash('sha256').update(JSON.stringify(settings));
  for (const path of paths) hash.update(`\n${path}\n`).update(readFileSync(join(folder, path), 'utf8').replaceAll('\r\n', '\n'));
  return hash.digest('hex');
}

/** The sources of both builds. */
export const kernelSources = ['binvit.h', 'engine.cpp', ...files('kernels')];

/** All C++ sources of the native build. */
export const nativeSources = [...new Set([...files('.'), ...kernelSources])];
