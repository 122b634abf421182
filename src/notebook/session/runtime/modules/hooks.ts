import { readFileSync } from 'node:fs';
import { isBuiltin, type LoadFnOutput, type LoadHookContext, type ResolveFnOutput, type ResolveHookContext } from 'node:module';
import { dirname, extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { receiveMessageOnPort } from 'node:worker_threads';
import { compile } from './compile.js';
import type { HookData, LoaderMessage, VersionMessage } from './hook-messages.js';
import { isInstalled } from './installed.js';
import { findLocalFile, fingerprint, isLocalFile, isTypeScript } from './local-file.js';
import { mappedFile } from './path-mapping.js';

/*
 * Hooks of Node's ES module loader, in the thread in which Node runs them: imports of cells start from the notebook's folder,
 * local files may be TypeScript, and a local file that is loaded anew has the number of its version in its URL.
 */

const versionParameter = 'binvit-version';
const versions = new Map<string, number>();
let data: HookData;

export function initialize(given: HookData): void {
  data = given;
}

export async function resolve(
  specifier: string, context: ResolveHookContext, next: (specifier: string, context?: Partial<ResolveHookContext>) => ResolveFnOutput | Promise<ResolveFnOutput>,
): Promise<ResolveFnOutput> {
  const fromCell = context.parentURL === data.importer;
  const importer = fromCell ? data.notebook : localPath(context.parentURL);
  if (importer === null) return next(specifier, context);
  if (specifier === 'tslab') return { url: data.tslab, shortCircuit: true };
  receiveVersions();
  const resolved = await resolveFrom(importer);
  const file = localPath(resolved.url);
  if (file === null) return resolved;
  const message: LoaderMessage = { type: 'import', importer: fromCell ? null : importer, file, fingerprint: fingerprint(file) };
  data.port.postMessage(message);
  return {
    ...resolved, url: versionedUrl(resolved.url, file), shortCircuit: true,
    ...(extname(file) === '.json' ? { format: 'json', importAttributes: { ...context.importAttributes, type: 'json' } } : {}),
  };

  async function resolveFrom(path: string): Promise<ResolveFnOutput> {
    if (/^(\.{0,2}\/|\.{1,2}$)/.test(specifier)) {
      const found = findLocalFile(specifier, path);
      if (found !== null) return { url: pathToFileURL(found).href, shortCircuit: true };
    } else if (!/^(#|[a-z][a-z\d+.-]*:)/i.test(specifier) && !isBuiltin(specifier)) {
      const mapped = mappedFile(specifier, path);
      if (mapped !== null) return { url: pathToFileURL(mapped).href, shortCircuit: true };
      if (!isInstalled(specifier, path)) {
        throw Object.assign(new Error(`Cannot find package '${specifier}' from ${dirname(path)}: install it there, the session then finds it`), { code: 'ERR_MODULE_NOT_FOUND' });
      }
    }
    return next(specifier, { ...context, parentURL: pathToFileURL(path).href });
  }
}

export async function load(
  url: string, context: LoadHookContext, next: (url: string, context?: Partial<LoadHookContext>) => LoadFnOutput | Promise<LoadFnOutput>,
): Promise<LoadFnOutput> {
  const file = localPath(url);
  if (file === null || !isTypeScript(file)) return next(url, context);
  const format = file.endsWith('.cts') ? 'commonjs' : 'module';
  const { code, map } = compile(readFileSync(file, 'utf8'), file, format);
  const message: LoaderMessage = { type: 'compiled', url, file, map };
  data.port.postMessage(message);
  return { format, source: code, shortCircuit: true };
}

function receiveVersions(): void {
  for (let received = receiveMessageOnPort(data.port); received; received = receiveMessageOnPort(data.port)) {
    for (const [file, version] of received.message as VersionMessage) versions.set(file, version);
  }
}

function versionedUrl(href: string, file: string): string {
  const version = versions.get(file);
  if (version === undefined) return href;
  const url = new URL(href);
  url.searchParams.set(versionParameter, String(version));
  return url.href;
}

/** Path of a URL of a local file; `null` for any other. */
function localPath(url: string | undefined): string | null {
  if (url?.startsWith('file:') !== true) return null;
  const path = fileURLToPath(url);
  return isLocalFile(path) ? path : null;
}
