import { statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of this package's built code, which is never loaded anew. */
const packageCode = fileURLToPath(new URL('../../../../', import.meta.url));

/** Endings that an import may leave out, and those that stand behind the ones of JavaScript, in the order of TypeScript. */
const endings = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json'];
const typescriptEndings: Readonly<Record<string, readonly string[]>> = { '.js': ['.ts', '.tsx'], '.jsx': ['.tsx'], '.mjs': ['.mts'], '.cjs': ['.cts'] };

/** Whether a file is the user's own: neither of an installed package nor of this one. */
export function isLocalFile(path: string): boolean {
  return !/[\\/]node_modules[\\/]/.test(path) && !path.startsWith(packageCode);
}

/** Whether TypeScript has to compile it. */
export function isTypeScript(path: string): boolean {
  return /\.([cm]?ts|tsx|jsx)$/.test(path);
}

/**
 * The file that an import of a path means: `./data` is `data.ts`, `./data.js` may be `data.ts`, a folder is its `index`.
 *
 * @returns `null` when there is none
 */
export function findLocalFile(specifier: string, importer: string): string | null {
  const path = resolve(dirname(importer), specifier);
  const ending = extname(path);
  const candidates = [
    path,
    ...(typescriptEndings[ending] ?? []).map(other => path.slice(0, -ending.length) + other),
    ...endings.map(other => path + other),
    ...endings.map(other => join(path, `index${other}`)),
  ];
  return candidates.find(isFile) ?? null;
}

/** Changes when the file does; `null` when there is no such file. */
export function fingerprint(path: string): string | null {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.mtimeNs}:${stat.ctimeNs}:${stat.size}`;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
