import { startupSnapshot } from 'node:v8';

/**
 * Declarations of global names that Node has and its typings, or those of the language without the DOM, do not know: by name,
 * so that only those are declared that this Node has.
 */
const declarations: Readonly<Record<string, string>> = {
  WebAssembly: `
declare namespace WebAssembly {
  type ValueType = 'anyfunc' | 'externref' | 'f32' | 'f64' | 'i32' | 'i64' | 'v128';
  type ImportValue = Function | Global | Memory | Table | number | bigint;
  type Imports = Record<string, Record<string, ImportValue>>;
  type Exports = Record<string, any>;
  interface ModuleExportDescriptor { kind: 'function' | 'global' | 'memory' | 'table'; name: string }
  interface ModuleImportDescriptor extends ModuleExportDescriptor { module: string }
  interface WebAssemblyInstantiatedSource { instance: Instance; module: Module }
  class Module {
    constructor(bytes: ArrayBufferView | ArrayBuffer);
    static customSections(module: Module, name: string): ArrayBuffer[];
    static exports(module: Module): ModuleExportDescriptor[];
    static imports(module: Module): ModuleImportDescriptor[];
  }
  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Exports;
  }
  class Memory {
    constructor(limits: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Table {
    constructor(limits: { element: 'anyfunc' | 'externref'; initial: number; maximum?: number }, value?: any);
    readonly length: number;
    get(index: number): any;
    set(index: number, value?: any): void;
    grow(by: number, value?: any): number;
  }
  class Global<Value = any> {
    constructor(kind: { value: ValueType; mutable?: boolean }, value?: Value);
    value: Value;
    valueOf(): Value;
  }
  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}
  function validate(bytes: ArrayBufferView | ArrayBuffer): boolean;
  function compile(bytes: ArrayBufferView | ArrayBuffer): Promise<Module>;
  function compileStreaming(source: Response | PromiseLike<Response>): Promise<Module>;
  function instantiate(module: Module, imports?: Imports): Promise<Instance>;
  function instantiate(bytes: ArrayBufferView | ArrayBuffer, imports?: Imports): Promise<WebAssemblyInstantiatedSource>;
  function instantiateStreaming(source: Response | PromiseLike<Response>, imports?: Imports): Promise<WebAssemblyInstantiatedSource>;
}`,
  Performance: classOf('Performance', "import('node:perf_hooks').Performance"),
  Crypto: classOf('Crypto', "import('node:crypto').webcrypto.Crypto"),
  CryptoKey: classOf('CryptoKey', "import('node:crypto').webcrypto.CryptoKey"),
  SubtleCrypto: classOf('SubtleCrypto', "import('node:crypto').webcrypto.SubtleCrypto"),
  Navigator: classOf('Navigator', '{ readonly hardwareConcurrency: number; readonly language: string; readonly languages: readonly string[]; readonly platform: string; readonly userAgent: string }'),
  navigator: 'declare const navigator: Navigator;',
  CloseEvent: `
declare class CloseEvent extends Event {
  constructor(type: string, options?: EventInit & { code?: number; reason?: string; wasClean?: boolean });
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}`,
  URLPattern: `
interface URLPatternInit { protocol?: string; username?: string; password?: string; hostname?: string; port?: string; pathname?: string; search?: string; hash?: string; baseURL?: string }
declare class URLPattern {
  constructor(pattern?: string | URLPatternInit, baseURL?: string | { ignoreCase?: boolean }, options?: { ignoreCase?: boolean });
  readonly protocol: string; readonly username: string; readonly password: string; readonly hostname: string;
  readonly port: string; readonly pathname: string; readonly search: string; readonly hash: string; readonly hasRegExpGroups: boolean;
  test(input?: string | URLPatternInit, baseURL?: string): boolean;
  exec(input?: string | URLPatternInit, baseURL?: string): Record<string, { input: string; groups: Record<string, string | undefined> }> | null;
}`,
};

/** Parts of the library of TypeScript for what is newer than ES2023, by a name that tells whether this Node has it. */
const libraries: Readonly<Record<string, string>> = { Iterator: 'lib.esnext.iterator.d.ts', Float16Array: 'lib.esnext.float16.d.ts' };

/** For cells whose options do not bring the DOM, which declares these names in its own way. */
export function nodeGlobals(): string {
  return Object.entries(declarations).flatMap(([name, text]) => (name in globalThis ? [text] : [])).join('\n');
}

/** The library of cells where the `tsconfig.json` names none. */
export function nodeLibrary(): string[] {
  // A process of which a snapshot is made lacks some names, that which is started from it does not.
  const has = (name: string): boolean => name in globalThis || startupSnapshot.isBuildingSnapshot();
  return [
    'withResolvers' in Promise ? 'lib.es2024.d.ts' : 'lib.es2023.d.ts', 'lib.esnext.disposable.d.ts',
    ...Object.entries(libraries).flatMap(([name, file]) => (has(name) ? [file] : [])),
  ];
}

/** A global class that cells cannot construct. */
function classOf(name: string, type: string): string {
  return `type ${name} = ${type};\ndeclare var ${name}: { readonly prototype: ${name} };`;
}
