import type ts from 'typescript';
import { joinProgram } from './growing-program.js';
import { typescript } from './typescript.js';

/** So many cells are converted with one program: its checker forgets nothing that it was asked. */
const most = 200;

/** What of the compiler options changes how a cell runs. */
const emitOptions = ['jsx', 'jsxFactory', 'jsxFragmentFactory', 'jsxImportSource', 'experimentalDecorators', 'emitDecoratorMetadata', 'useDefineForClassFields'] as const;

/** How cells are made JavaScript. */
export type EmitOptions = Pick<ts.CompilerOptions, typeof emitOptions[number]>;

/**
 * Drops types without a look at their meaning, as `ts.transpileModule` does, but with one program for many cells: a program and its
 * type checker are several times the work of a small cell, and garbage after it, whose collection stops every twentieth.
 */
export class Transpiler {
  readonly #options: ts.CompilerOptions;
  #program: ts.Program | null = null;
  #count = 0;

  /** @param options of these, those count that say how JSX, decorators and class fields run */
  constructor(options: EmitOptions) {
    this.#options = {
      target: typescript.ScriptTarget.ES2022,
      module: typescript.ModuleKind.ESNext,
      jsx: typescript.JsxEmit.React,
      ...Object.fromEntries(emitOptions.flatMap(name => (options[name] === undefined ? [] : [[name, options[name]]]))),
      verbatimModuleSyntax: true,
      removeComments: true,
      sourceMap: true,
      newLine: typescript.NewLineKind.LineFeed,
      noLib: true, noResolve: true, noCheck: true, types: [],
    };
  }

  /**
   * @param file as it was parsed, and in no program yet
   * @returns the code, and its source map in JSON
   */
  transpile(file: ts.SourceFile, transformers: ts.CustomTransformers): { readonly code: string; readonly map: string } {
    if (this.#program === null || ++this.#count > most) {
      this.#program = typescript.createProgram([], this.#options, noFiles);
      this.#count = 1;
    }
    // A module: names in a script would be looked for among those of all scripts, which were gathered when there was none.
    joinProgram(this.#program, Object.assign(file, { externalModuleIndicator: true }), file.fileName);
    const written = new Map<string, string>();
    this.#program.emit(file, (path, text) => { written.set(path.endsWith('.map') ? 'map' : 'code', text); }, undefined, false, transformers);
    return { code: written.get('code')!, map: written.get('map')! };
  }
}

const noFiles: ts.CompilerHost = {
  getSourceFile: () => undefined,
  getDefaultLibFileName: () => 'lib.d.ts',
  writeFile: () => undefined,
  getCurrentDirectory: () => '',
  getCanonicalFileName: path => path,
  useCaseSensitiveFileNames: () => true,
  getNewLine: () => '\n',
  fileExists: () => false,
  readFile: () => undefined,
};
