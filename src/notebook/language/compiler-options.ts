import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type ts from 'typescript';
import { nodeLibrary } from './node-globals.js';
import { typescript } from './typescript.js';

/** The options of a `tsconfig.json` that count in cells; the rest says how a project is built, and cells are not. */
const allowed = [
  'strict', 'noImplicitAny', 'strictNullChecks', 'strictFunctionTypes', 'strictBindCallApply', 'strictPropertyInitialization',
  'strictBuiltinIteratorReturn', 'noImplicitThis', 'useUnknownInCatchVariables', 'exactOptionalPropertyTypes', 'noUncheckedIndexedAccess',
  'noPropertyAccessFromIndexSignature', 'noImplicitOverride', 'noImplicitReturns', 'noFallthroughCasesInSwitch',
  'allowUnreachableCode', 'allowUnusedLabels', 'jsx', 'jsxFactory', 'jsxFragmentFactory', 'jsxImportSource',
  'experimentalDecorators', 'emitDecoratorMetadata', 'useDefineForClassFields', 'lib', 'target', 'types', 'typeRoots', 'baseUrl', 'paths', 'pathsBasePath',
  'customConditions', 'esModuleInterop', 'allowSyntheticDefaultImports',
] as const;

/** Compiler options of a session's cells. */
export interface CellOptions {
  readonly options: ts.CompilerOptions;
  /** The `tsconfig.json` they come from, or `null`. */
  readonly configFile: string | null;
  /** Changes when a file that was read changes, or when a nearer one appears. */
  readonly version: string;
  /** Files of the project that declare what is global in all of its code. */
  readonly declarationFiles: readonly string[];
  /** What is wrong with the `tsconfig.json`. */
  readonly errors: readonly ts.Diagnostic[];
}

/**
 * Options of the nearest `tsconfig.json`, with the typings of Node and, as for the compiler, those of all packages in
 * `node_modules/@types` unless it names some.
 *
 * @param strict TypeScript's `strict` where there is no `tsconfig.json`, or it does not say
 */
export function cellOptions(cwd: string, strict: boolean): CellOptions {
  const configFile = nearestConfig(cwd);
  const { sys } = typescript;
  if (configFile === null) return { options: withDefaults({ strict }, cwd), configFile, version: configVersion(cwd, []), declarationFiles: [], errors: [] };
  const read: string[] = [];
  const host: ts.ParseConfigFileHost = {
    fileExists: path => sys.fileExists(path),
    // Of the files of the project, a cell sees only what is global.
    readDirectory: (root, _endings, excludes, includes, depth) => sys.readDirectory(root, ['.d.ts', '.d.mts', '.d.cts'], excludes, includes, depth),
    readFile: path => {
      read.push(path);
      return sys.readFile(path);
    },
    getCurrentDirectory: () => cwd,
    useCaseSensitiveFileNames: sys.useCaseSensitiveFileNames,
    onUnRecoverableConfigFileDiagnostic: () => undefined,
  };
  const parsed = typescript.getParsedCommandLineOfConfigFile(configFile, {}, host);
  const options = Object.fromEntries(allowed.flatMap(name => {
    const value = parsed?.options[name];
    return value === undefined ? [] : [[name, value]];
  }));
  const noInputs = 18003;
  return {
    options: withDefaults({ strict, ...options }, cwd), configFile, version: configVersion(cwd, read),
    declarationFiles: parsed?.fileNames.filter(isAmbient) ?? [],
    errors: parsed?.errors.filter(({ code }) => code !== noInputs) ?? [],
  };
}

/** Whether options that were read before still hold. */
export function optionsHold(cwd: string, { version }: CellOptions): boolean {
  return configVersion(cwd, JSON.parse(version.split('\n')[0]!) as string[]) === version;
}

function nearestConfig(cwd: string): string | null {
  return typescript.findConfigFile(cwd, path => typescript.sys.fileExists(path)) ?? null;
}

function configVersion(cwd: string, read: readonly string[]): string {
  return [JSON.stringify(read), nearestConfig(cwd) ?? '', ...read.map(fileVersion), ...typesFolders(cwd)].join('\n');
}

/** The folders of installed typings, with the time of their last change. */
function typesFolders(cwd: string): string[] {
  const folders = [];
  for (let folder = cwd; ; folder = dirname(folder)) {
    const stats = statSync(join(folder, 'node_modules/@types'), { throwIfNoEntry: false });
    if (stats !== undefined) folders.push(`${folder} ${stats.mtimeMs}`);
    if (dirname(folder) === folder) return folders;
  }
}

/** Whether a file declares global names or modules: it is no module itself, or it says so. */
function isAmbient(path: string): boolean {
  if (!/\.d\.[cm]?ts$/.test(path)) return false;
  const text = readFileSync(path, 'utf8');
  return !/^\s*(?:import|export)\b/m.test(text) || /\bdeclare\s+(?:global|module)\b/.test(text);
}

/** Changes whenever a file is written or replaced; empty while there is none. */
export function fileVersion(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? `${stats.mtimeMs}-${stats.ctimeMs}-${stats.size}-${stats.ino}` : '';
}

function withDefaults(options: ts.CompilerOptions, cwd: string): ts.CompilerOptions {
  const { ScriptTarget, ModuleKind, ModuleResolutionKind, ModuleDetectionKind, JsxEmit } = typescript;
  return {
    lib: nodeLibrary(),
    esModuleInterop: true,
    ...options,
    target: options.target === undefined || options.target < ScriptTarget.ES2022 ? ScriptTarget.ES2022 : options.target,
    jsx: options.jsx === undefined ? JsxEmit.React : options.jsx === JsxEmit.Preserve || options.jsx === JsxEmit.ReactNative ? JsxEmit.ReactJSX : options.jsx,
    types: [...new Set(['node', ...options.types ?? typescript.getAutomaticTypeDirectiveNames(options, { ...typescript.sys, getCurrentDirectory: () => cwd })])],
    module: ModuleKind.Preserve,
    moduleResolution: ModuleResolutionKind.Bundler,
    moduleDetection: ModuleDetectionKind.Force,
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    allowJs: true,
    checkJs: false,
    libReplacement: false,
    skipLibCheck: true,
    skipDefaultLibCheck: true,
    declaration: true,
    emitDeclarationOnly: true,
  };
}
