import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Whether an import of a package can be found. Node remembers of a package that is not there that it has no `package.json`,
 * and would not find it when it is installed later, so Node is asked only for those that are there.
 *
 * @param specifier of an import that is no path: `name`, `@scope/name`, with or without a subpath
 */
export function isInstalled(specifier: string, importer: string): boolean {
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  for (let folder = dirname(importer); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json')) || existsSync(join(candidate, 'index.js'))) return true;
    if (nameOfPackage(folder) === name) return true;
    if (dirname(folder) === folder) return false;
  }
}

/** A package may import itself by its name. */
function nameOfPackage(folder: string): string | null {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown };
    return typeof name === 'string' ? name : null;
  } catch {
    return null;
  }
}
