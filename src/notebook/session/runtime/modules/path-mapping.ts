import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type ts from 'typescript';
import { fingerprint, isLocalFile } from './local-file.js';

const require = createRequire(import.meta.url);
/** By path of a `tsconfig.json`: what it says of imports, as long as it does not change. */
const known = new Map<string, { readonly fingerprint: string | null; readonly options: ts.CompilerOptions | null }>();

/**
 * The local file that `paths` or `baseUrl` of the nearest `tsconfig.json` make of an import that is no path.
 *
 * @returns `null` where they say nothing of it
 */
export function mappedFile(specifier: string, importer: string): string | null {
  const options = mappingFor(importer);
  if (options === null) return null;
  const typescript = require('typescript') as typeof ts;
  const file = typescript.resolveModuleName(specifier, importer, options, typescript.sys).resolvedModule?.resolvedFileName;
  return file !== undefined && isLocalFile(file) && !/\.d\.[cm]?ts$/.test(file) ? file : null;
}

function mappingFor(importer: string): ts.CompilerOptions | null {
  const path = nearestConfig(dirname(importer));
  if (path === null) return null;
  const current = fingerprint(path);
  let entry = known.get(path);
  if (entry?.fingerprint !== current) {
    entry = { fingerprint: current, options: readMapping(path) };
    known.set(path, entry);
  }
  return entry.options;
}

function nearestConfig(folder: string): string | null {
  for (; ; folder = dirname(folder)) {
    const path = join(folder, 'tsconfig.json');
    if (fingerprint(path) !== null) return path;
    if (dirname(folder) === folder) return null;
  }
}

/** Loads TypeScript, which takes its time, only for a file that may map something. */
function readMapping(path: string): ts.CompilerOptions | null {
  if (!/"(?:paths|baseUrl|extends)"/.test(readFileSync(path, 'utf8'))) return null;
  const typescript = require('typescript') as typeof ts;
  const host = { ...typescript.sys, readDirectory: () => [], onUnRecoverableConfigFileDiagnostic: () => undefined };
  const options = typescript.getParsedCommandLineOfConfigFile(path, {}, host)?.options;
  if (options?.paths === undefined && options?.baseUrl === undefined) return null;
  return {
    ...options, module: typescript.ModuleKind.Preserve, moduleResolution: typescript.ModuleResolutionKind.Bundler,
    allowJs: true, resolveJsonModule: true, allowImportingTsExtensions: true, preserveSymlinks: false,
  };
}
