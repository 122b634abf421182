import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../temporary-folder.js';
import { Cells, writeIn } from './cells.js';

const folder = temporaryFolder();
const write = (path: string, text: string | object): void => { writeIn(folder, path, text); };

describe('modules', () => {
  let session: Cells;
  beforeAll(() => { session = new Cells(folder.path('modules')); });

  it('are local files, whose own errors are told with their path', () => {
    write('modules/data.ts', 'import { g } from "./deep.js";\nexport const f = (x: number): string => g(x);\ninterface Hidden { h: number }\nexport const hidden: Hidden = { h: 1 };');
    write('modules/deep.ts', 'export const g = (x: number): string => String(x);');
    write('modules/table.json', { rows: [{ a: 1 }] });
    expect(session.run('import { f, hidden } from "./data"; import table from "./table.json"; import { f as f2 } from "./data.ts"; f("x")')).toEqual(['1:110 2345']);
    session.language.settle();
    expect(session.has('[f(1), table.rows[0]!.a, hidden.h] as const', 'readonly [string, number, number]')).toBe(true);
    write('modules/broken.ts', 'import "./data.js";\nexport const b = 1;\nconst s: string = b;');
    expect(session.run('import { b } from "./broken"')).toEqual(['broken.ts 3:7 2322']);
    expect(session.run('1 + 1')).toEqual([]);
  });

  it('are seen anew when they were edited, however deep', () => {
    write('modules/deep.ts', 'export const g = (x: number): string => String(x + 1);\nexport const added = { now: 1 };');
    expect(session.run('import { added } from "./deep.js"; added.now')).toEqual([]);
    write('modules/deep.ts', 'export const g = (x: number): number => x;');
    expect(session.run('import { f } from "./data"')).toEqual(['data.ts 2:41 2322']);
    write('modules/data.ts', 'export const f = (x: number): number => x;');
    expect(session.run('import { f } from "./data"; f(1).toFixed()')).toEqual([]);
    expect(session.run('f(2).nope')).toEqual(['1:6 2339']);
  });

  it('may come and go', () => {
    expect(session.run('import { late } from "./late"')).toEqual(['1:22 2307']);
    write('modules/late.ts', 'export const late = 1;');
    expect(session.run('import { late } from "./late"')).toEqual([]);
    rmSync(folder.path('modules/late.ts'));
    expect(session.run('import { late } from "./late"')).toEqual(['1:22 2307']);
  });

  it('row 1: are packages, with exports, ESM only, untyped, installed meanwhile', () => {
    expect(session.run('import { v } from "esm-only"')).toEqual(['1:19 2307']);
    write('modules/node_modules/esm-only/package.json', { name: 'esm-only', version: '1.0.0', type: 'module', exports: { '.': { types: './index.d.ts', import: './index.js' }, './sub/*': { types: './types/*.d.ts', import: './*.js' } } });
    write('modules/node_modules/esm-only/index.d.ts', 'export declare const v: number;');
    write('modules/node_modules/esm-only/index.js', 'export const v = 1;');
    write('modules/node_modules/esm-only/types/part.d.ts', 'export interface OnlyType { t: string }\nexport declare class Both {}');
    write('modules/node_modules/untyped/index.js', 'exports.x = 1;');
    expect(session.run('import { v } from "esm-only"; import { type OnlyType } from "esm-only/sub/part"; import untyped from "untyped"; untyped.anything; (await import("esm-only")).v.toFixed()')).toEqual([]);
    expect(session.has('v', 'number')).toBe(true);
    write('modules/node_modules/esm-only/package.json', { name: 'esm-only', version: '2.0.0', type: 'module', exports: { types: './two.d.ts' } });
    write('modules/node_modules/esm-only/two.d.ts', 'export declare const v: string;');
    session.run('import { v } from "esm-only"');
    expect(session.has('v', 'string')).toBe(true);
  });

  it('are not loaded for their types alone', () => {
    write('modules/types.ts', 'export interface A { a: 1 }\nexport class B {}\nexport type C = 1;');
    const { converted } = session.language.prepare('import { A, B, type C } from "./types"; import { C as D } from "./types"; const x: A | D | C = 1', { id: '1' });
    expect(converted!.code).toBe('"use strict";\nlet { B } = await __binvit.import("./types");\nlet x = 1;\n');
    expect(converted!.declares).toEqual(['B', 'x']);
  });

  it('row 4: resolve in symlinked and mixed-case folders', () => {
    const target = folder.path('MixedCase/Note Books');
    write('MixedCase/Note Books/data.ts', 'export const one = 1;');
    symlinkSync(target, folder.path('link'));
    for (const path of [target, folder.path('link')]) {
      const own = new Cells(path);
      expect(own.run('import { one } from "./data"; console.log(one.toFixed())')).toEqual([]);
      expect(own.run('one.nope')).toEqual(['1:5 2339']);
    }
  });

  it('have the types that the session has loaded, until a cell imports them again or is wrong with them', () => {
    write('loaded/m.ts', 'export const v = 1;');
    const own = new Cells(folder.path('loaded'));
    expect(own.run('import { v } from "./m"')).toEqual([]);
    write('loaded/m.ts', 'export const v = "text";');
    expect(own.run('v.toFixed()')).toEqual([]);
    // Errors are told after a look at the disk.
    expect(own.run('v.slice(1)')).toEqual([]);
    expect(own.run('import { v } from "./m"; v.toFixed()')).toEqual(['1:28 2551']);
    expect(own.run('v.length')).toEqual([]);
  });
});

describe('the nearest tsconfig.json', () => {
  it('row 2: counts, with the options that make sense in a cell', () => {
    write('config/tsconfig.json', '{ "compilerOptions": { "strict": false, "noUncheckedIndexedAccess": true, "noUnusedLocals": true, "module": "commonjs", "target": "es5", "baseUrl": ".", "paths": { "@lib/*": ["lib/*"] }, "jsx": "react", "jsxFactory": "h" } } // comment');
    write('config/lib/x.ts', 'export const x = 1;');
    mkdirSync(folder.path('config/inner'));
    const own = new Cells(folder.path('config/inner'));
    expect(own.run('const s: string = null; function f(x) { return x } class C { #p = 1 } await 1; import { x } from "@lib/x"')).toEqual([]);
    expect(own.language.prepare('const h = (tag: string) => tag; <b/>', { id: '1', language: 'tsx' }).converted!.code).toContain('h("b"');
    write('config/tsconfig.json', { compilerOptions: { strict: true } });
    expect(own.run('const s2: string = null')).toEqual(['1:7 2322']);
    expect(own.run('f(1)')).toEqual([]);
  });

  it('brings the declarations of the project, and the typings of all packages in node_modules/@types unless it names some', () => {
    write('ambient/tsconfig.json', { compilerOptions: {} });
    write('ambient/types/project.d.ts', 'declare const projectName: string;\ndeclare module "*.frag" { const text: string; export default text }');
    write('ambient/types/module.d.ts', 'export declare const notGlobal: string;');
    write('ambient/types/augments.d.ts', 'export {};\ndeclare global { var augmented: number }');
    write('ambient/node_modules/@types/everywhere/index.d.ts', 'declare const everywhere: boolean;');
    const own = new Cells(folder.path('ambient/notebooks'));
    expect(own.run('projectName.length + augmented; everywhere === true; import frag from "./a.frag"; frag.length')).toEqual([]);
    expect(own.run('void notGlobal')).toHaveLength(1);
    write('ambient/types/project.d.ts', 'declare const projectName: number;');
    expect(own.run('projectName.toFixed()')).toEqual([]);
    expect(own.run('projectName.length')).toEqual(['1:13 2339']);
    write('ambient/node_modules/@types/installed/index.d.ts', 'declare const installedLater: boolean;');
    expect(own.run('installedLater')).toEqual([]);
    write('ambient/tsconfig.json', { compilerOptions: { types: ['installed'] } });
    expect(own.run('everywhere; installedLater')).toEqual(['1:1 2304']);
  });

  it('is told about when it is broken, once, without stopping a cell', () => {
    write('broken/tsconfig.json', '{ "compilerOptions": { "strict": "yes" } }');
    const { language } = new Cells(folder.path('broken'));
    const { diagnostics } = language.prepare('1', { id: '1' });
    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 5024, range: { line: 1, column: 34 } }]);
    expect(diagnostics[0]!.file).toMatch(/tsconfig\.json$/);
    expect(language.prepare('1', { id: '1' }).diagnostics).toEqual([]);
  });
});

describe('the globals of cells', () => {
  let cells: Cells;
  beforeAll(() => { cells = new Cells(folder.path('globals')); });

  it('are all that this Node has', () => {
    const names = Object.getOwnPropertyNames(globalThis).filter(name => !/vitest|^__|^(beforeEach|afterEach)$/.test(name));
    expect(names.length).toBeGreaterThan(100);
    expect(cells.run(names.map(name => `void ${name};`).join('\n')).map(place => names[Number.parseInt(place) - 1])).toEqual([]);
  });

  it('have WebAssembly with its types, also beside those of the DOM', () => {
    const code = 'const module = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); const { exports } = new WebAssembly.Instance(module); WebAssembly.validate("x")';
    expect(cells.run(code)).toEqual(['1:162 2345']);
    write('dom/tsconfig.json', { compilerOptions: { lib: ['es2023', 'dom'] } });
    expect(new Cells(folder.path('dom')).run(code)).toEqual(['1:162 2345']);
  });

  it('come with the display API of tslab, as it runs, whether tslab is installed or not', () => {
    expect(cells.run('import * as tslab from "tslab"; import { newDisplay, type Display } from "tslab"; const place: Display = newDisplay(); place.html(tslab.versions.tslab); tslab.display.png(1)')).toEqual(['1:172 2345']);
    const own = new Cells(join(import.meta.dirname, '../../..'));
    expect(own.run(`import type * as runtime from './dist/notebook/session/runtime/tslab.js'; import type * as typed from 'tslab';
      type Both<A, B> = A extends B ? B extends A ? true : false : false;
      const equal: Both<typeof runtime, typeof typed> = true`)).toEqual([]);
  });

  it('have the types of the functions that binvit/notebook exports', () => {
    const own = new Cells(join(import.meta.dirname, '../../..'));
    expect(own.run(`import type * as api from './dist/notebook/display/index.js';
      type Both<A, B> = A extends B ? B extends A ? true : false : false;
      const same: [Both<typeof display, typeof api.display>, Both<typeof show, typeof api.show>, Both<typeof clear, typeof api.clear>,
        Both<typeof input, typeof api.input>, Both<typeof progress, typeof api.progress>] = [true, true, true, true, true]`)).toEqual([]);
  });
});
