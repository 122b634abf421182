import { createRequire } from 'node:module';
import type ts from 'typescript';
import type { SourceMap } from '../../messages.js';

const require = createRequire(import.meta.url);

/** Compiles a local file by dropping its types; they are checked elsewhere, with those of the cell that imports it. */
export function compile(text: string, file: string, format: 'module' | 'commonjs'): { readonly code: string; readonly map: SourceMap } {
  const typescript = require('typescript') as typeof ts;
  const { outputText, sourceMapText } = typescript.transpileModule(text, {
    fileName: file,
    compilerOptions: {
      ...emitOptions(file),
      target: typescript.ScriptTarget.ES2022,
      module: format === 'module' ? typescript.ModuleKind.ESNext : typescript.ModuleKind.CommonJS,
      esModuleInterop: true,
      sourceMap: true,
      inlineSources: true,
    },
  });
  const map = { ...JSON.parse(sourceMapText!) as SourceMap, sources: [file] };
  const code = outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, '');
  const encoded = Buffer.from(JSON.stringify(map)).toString('base64');
  return { code: `${code}\n//# sourceMappingURL=data:application/json;base64,${encoded}`, map };
}

/** What of the nearest `tsconfig.json` changes how a file runs. */
function emitOptions(file: string): ts.CompilerOptions {
  const typescript = require('typescript') as typeof ts;
  const path = typescript.findConfigFile(file, name => typescript.sys.fileExists(name));
  if (path === undefined) return { jsx: typescript.JsxEmit.React };
  const { config } = typescript.readConfigFile(path, name => typescript.sys.readFile(name)) as { config?: { compilerOptions?: object } };
  const { options } = typescript.convertCompilerOptionsFromJson(config?.compilerOptions ?? {}, file);
  const { jsx = typescript.JsxEmit.React, jsxFactory, jsxFragmentFactory, jsxImportSource, experimentalDecorators, emitDecoratorMetadata, useDefineForClassFields } = options;
  const chosen = { jsx, jsxFactory, jsxFragmentFactory, jsxImportSource, experimentalDecorators, emitDecoratorMetadata, useDefineForClassFields };
  return Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
}
