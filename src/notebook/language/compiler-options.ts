import { statSync } from 'node:fs';
import type ts from 'typescript';
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
  /** What is wrong with the `tsconfig.json`. */
  readonly errors: readonly ts.Diagnostic[];
}

/** Options of the nearest `tsconfig.json`; strict, with the typings of Node, where there is none. */
export function cellOptions(cwd: string): CellOptions {
  const configFile = nearestConfig(cwd);
  const { sys } = typescript;
  if (configFile === null) return { options: withDefaults({}), configFile, version: configVersion(cwd, []), errors: [] };
  const read: string[] = [];
  const host: ts.ParseConfigFileHost = {
    fileExists: path => sys.fileExists(path),
    // The files of the project are none of a cell's business.
    readDirectory: () => [],
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
    options: withDefaults(options), configFile, version: configVersion(cwd, read),
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
  return [JSON.stringify(read), nearestConfig(cwd) ?? '', ...read.map(fileVersion)].join('\n');
}

/** Changes whenever a file is written or replaced; empty while there is none. */
export function fileVersion(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? `${stats.mtimeMs}-${stats.ctimeMs}-${stats.size}-${stats.ino}` : '';
}

function withDefaults(options: ts.CompilerOptions): ts.CompilerOptions {
  const { ScriptTarget, ModuleKind, ModuleResolutionKind, ModuleDetectionKind, JsxEmit } = typescript;
  return {
    strict: true,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    esModuleInterop: true,
    ...options,
    target: options.target === undefined || options.target < ScriptTarget.ES2022 ? ScriptTarget.ES2022 : options.target,
    jsx: options.jsx === undefined ? JsxEmit.React : options.jsx === JsxEmit.Preserve || options.jsx === JsxEmit.ReactNative ? JsxEmit.ReactJSX : options.jsx,
    types: [...new Set(['node', ...options.types ?? []])],
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
