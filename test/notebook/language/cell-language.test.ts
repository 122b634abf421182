import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/backend/random.js';
import { CellLanguage } from '../../../src/notebook/language/cell-language.js';
import type { CellReference } from '../../../src/notebook/session/types.js';
import { temporaryFolder } from '../../temporary-folder.js';

const folder = temporaryFolder();

function write(path: string, text: string | object): string {
  const full = folder.path(path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, typeof text === 'string' ? text : JSON.stringify(text));
  return full;
}

/** Runs cells, as far as types go: errors as `line:column code`, with the file's name before it for other files. */
class Cells {
  readonly language: CellLanguage;

  constructor(cwd: string, strict = true) {
    mkdirSync(cwd, { recursive: true });
    this.language = new CellLanguage({ cwd, strict });
  }

  run(code: string, language: CellReference['language'] = 'typescript'): string[] {
    const cell = { id: 'cell', language };
    const { diagnostics } = this.language.prepare(code, cell);
    this.language.commit(code, cell);
    return places(diagnostics);
  }

  /** Whether an expression has a type. */
  has(expression: string, type: string): boolean {
    const same = `type __Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;`;
    const { diagnostics } = this.language.prepare(`${same} const __value = ${expression}; const __same: __Same<typeof __value, ${type}> = true`, { id: 'type' });
    return diagnostics.length === 0;
  }
}

function places(diagnostics: ReturnType<CellLanguage['diagnose']>): string[] {
  return diagnostics.map(({ file, range, code }) => `${file === null ? '' : `${file.split('/').at(-1)} `}${range.line}:${range.column} ${code}`);
}

// One session for all that needs no folder of its own; names differ from test to test.
let cells: Cells;
beforeAll(() => { cells = new Cells(folder.path('plain')); });

describe('the check of a cell', () => {
  it('finds errors where they were typed, before anything runs', () => {
    expect(cells.run('const a1 = 1;\n\n  const b1: string = a1;')).toEqual(['3:9 2322']);
    expect(cells.run('{ a: 1,\n b: nope }')).toEqual(['2:5 2304']);
    expect(cells.run('{ a: nope }')).toEqual(['1:6 2304']);
    expect(cells.run('#!/usr/bin/env node\nnope')).toEqual(['2:1 2304']);
    expect(cells.run('let ok = 1;\n let = = 2')).toEqual(['2:8 1109']);
    expect(cells.run('const { prepare } = { prepare: 1 }; ({ a: prepare.nope })')).toEqual(['1:51 2339']);
  });

  it('is strict, and knows Node, top-level await and the names of cells', () => {
    expect(cells.run('const s2: string = null')).toEqual(['1:7 2322']);
    expect(cells.run('const fs2 = require("fs"); new Map(); [3].toSorted(); await 1; __dirname; import.meta.url; process.argv; Buffer.from("a")')).toEqual([]);
    expect(cells.run('import fs3 from "node:fs"; fs3.writeFileSync("")')).toEqual(['1:32 2554']);
    expect(cells.run('display(1).update(2); show([{ y: [1] }]); clear(); await input("name?"); for (const i of progress([1])) i.toFixed()')).toEqual([]);
    expect(cells.run('using r2 = { [Symbol.dispose]() {} }; for await (const x of [1]) x')).toEqual([]);
  });

  it('is left out where a cell is marked, or is JavaScript', () => {
    expect(cells.run('// a note\n// @ts-nocheck\nconst s3: string = 1')).toEqual([]);
    expect(cells.run('const s4 = 1; s4.nope; s4 = 2', 'javascript')).toEqual([]);
    expect(cells.run('const s5 = ;', 'javascript')).toEqual(['1:12 1109']);
    expect(cells.language.prepare('const s: string = 1', { id: '' }, false).diagnostics).toEqual([]);
  });

  it('takes tsx', () => {
    expect(cells.run('const React = { createElement: (tag: string, props: unknown) => ({ tag, props }) };\ndeclare global { namespace JSX { interface IntrinsicElements { b: { id?: string } } interface Element {} } }', 'tsx')).toEqual([]);
    expect(cells.run('const e1 = <b id="x" />; const bad1 = <b id={1} />', 'tsx')).toEqual(['1:42 2322']);
  });

  it('takes a cell of TypeScript for tsx where only JSX makes sense of it', () => {
    expect(cells.run('const e2 = <b id="x" />; const bad2 = <b id={1} />')).toEqual(['1:42 2322']);
    expect(cells.language.prepare('<b/>', { id: '1' }).converted!.code).toContain('createElement("b"');
    expect(cells.run('const cast = <number>JSON.parse("1"); const generic = <T>(x: T): T => x; cast + generic(1)')).toEqual([]);
    expect(cells.run('const broken = <number>JSON.parse("1";')).toEqual(['1:38 1005']);
  });

  it('is not strict where it is asked not to be', () => {
    const loose = new Cells(folder.path('loose'), false);
    expect(loose.run('const s6: string = null; function f6(x) { return x }')).toEqual([]);
    expect(loose.run('const s7: string = 1')).toEqual(['1:7 2322']);
  });

  it('refuses the names that the session needs itself', () => {
    const { converted, diagnostics } = cells.language.prepare('let a8;\nconst __binvit = 1', { id: '1' });
    expect(converted).toBeNull();
    expect(diagnostics).toMatchObject([{ severity: 'error', range: { line: 2, column: 7, endColumn: 15 }, message: 'the name __binvit is taken by the notebook itself; choose one that does not begin with __binvit' }]);
  });
});

describe('the check of a cell that stands on its own', () => {
  it('finds what a check of all files finds, whatever ran before', () => {
    write('own/shapes.ts', 'export interface Shape { sides: number }\nexport const square: Shape = { sides: 4 };');
    const own = new Cells(folder.path('own'));
    const parts = [
      'let q1 = 1;', 'let q1 = "s";', 'const q15 = new Q3();', 'const q16: Q3 = q15;', 'const q2 = [q1];', 'q1.toFixed();', 'q2[0].length;', 'q1 = 2;', 'class Q3 { sides = 3 }', 'class Q3 { #own = 1 }',
      'const q4: Q3 = new Q3();', 'q4.sides;', 'interface Q5 { a: string }', 'interface Q5 { b: number }', 'const q6: Q5 = { a: "s" };', 'q6.b = q6.a;',
      'function q7<T extends Q5>(x: T) { return { x, q1 } }', 'q7(q6).q1.nope;', 'q7(1);', 'enum Q8 { On, Off }', 'const q9: Q8 = Q8.On; q9 === 5;', 'Q8.Of;',
      'type Q10 = typeof q7; let q10: Q10;', 'q10 = q7; q10(q6).x.a;', 'word__1 + word__40;', 'var q11 = q11 ?? 1;', 'await Promise.resolve(q2);', 'nope7();',
      'import { square } from "./shapes";', 'square.sides = "four";', 'square.nope;', 'declare global { interface Array<T> { last: T } }', '[1].last.nope;',
      'import { existsSync, type Stats } from "node:fs";', 'let q12: Stats; existsSync(1);', 'export const q13 = q1;', 'q13.nope;', 'namespace Q14 { export const a = q1 }', 'Q14.a.nope;',
    ];
    const random = Random.seeded(11);
    // Here cells are checked as edited ones are: in a program that is made for each.
    const whole = new Cells(folder.path('own'));
    let found = 0;
    for (let cell = 0; cell < 150; cell++) {
      const code = `${parts[random.integer(parts.length)]!}\n${parts[random.integer(parts.length)]!}`;
      const expected = whole.language.diagnose(code);
      expect(own.language.prepare(code, { id: 'cell' }).diagnostics, code).toEqual(expected);
      for (const { language } of [own, whole]) language.commit(code, { id: 'cell' });
      found += expected.length;
      if (random.integer(20) === 0) for (const { language } of [own, whole]) language.settle();
    }
    expect(found).toBeGreaterThan(50);
  });
});

describe('names of earlier cells', () => {
  it('have their types, and variables can be assigned', () => {
    expect(cells.run('let c1 = 1; var c2 = "s"; const c3 = [1, 2] as const; function c4<T>(x: T): T { return x } async function c5() { return 1 }')).toEqual([]);
    expect(cells.run('c1 = 2; c2 = "t"; c1++')).toEqual([]);
    expect(cells.run('c1 = "s"')).toEqual(['1:1 2322']);
    expect(cells.run('c3 = 1')).toHaveLength(1);
    expect(cells.has('[c1, c2, c3, c4(true), c5()] as const', 'readonly [number, string, readonly [1, 2], true, Promise<number>]')).toBe(true);
  });

  it('follow the newest declaration, and keep what older cells meant', () => {
    cells.run('class D1 { a = 1 } const d1 = new D1(); interface D2 { x: number } const d2: D2 = { x: 1 }');
    cells.run('class D1 { b = "s" } interface D2 { y: string }');
    expect(cells.has('[d1.a, new D1().b, d2.x] as const', 'readonly [number, string, number]')).toBe(true);
    expect(cells.run('const d3: D2 = { x: 1 }')).toEqual(['1:18 2353']);
    cells.run('const d4 = 1');
    expect(cells.run('d4.toFixed()')).toEqual([]);
    cells.run('const d4 = "s"');
    expect(cells.run('d4.toFixed()')).toEqual(['1:4 2551']);
    expect(cells.run('const process = { mine: 1 }; const Map = 2')).toEqual([]);
    expect(cells.run('process.mine + Map')).toEqual([]);
    cells.run('import process from "node:process"; const { Map } = globalThis');
  });

  it('may be types, generics, enums, namespaces and imports', () => {
    cells.run('interface E1<T> { v: T } type E2 = E1<number> | null; enum E3 { A, B } namespace E4 { export const z = 1; export interface Y { q: 1 } } abstract class E5<T> { constructor(protected readonly t: T) {} abstract m(): T }');
    cells.run('import * as e6 from "node:path"; import { type Stats, statSync as e7 } from "node:fs"; export const e8 = 1; export default class E9 {}');
    expect(cells.run('const f1: E1<string> = { v: "s" }; const f2: E2 = null; const f3: E3 = E3.B; const f4: E4.Y = { q: 1 }; class F5 extends E5<number> { m() { return this.t + E4.z + e8 } }')).toEqual([]);
    expect(cells.run('const f6: Stats = e7(e6.join("a")); new E9()')).toEqual([]);
    expect(cells.has('new F5(1).m()', 'number')).toBe(true);
  });

  it('stay what they are when the session has had a pause', () => {
    cells.run('const hidden = (() => { class Local { private p = 1; q = "s" } return new Local() })()');
    cells.run('/** Doubles. */ function twice(x: number) { return 2 * x } const many = { twice, deep: [new Map([["a", E3.A]])] }; let open; class G1 { #p = 1; get p() { return this.#p } }');
    const types = 'readonly [string, number, Map<string, E3>[], number]';
    const expression = '[hidden.q, many.twice(1), many.deep, new G1().p] as const';
    expect(cells.has(expression, types)).toBe(true);
    cells.language.settle();
    expect(cells.has(expression, types)).toBe(true);
    expect(cells.run('open = 1; many.nope')).toEqual(['1:16 2339']);
  });

  it('are gone after a reset', () => {
    const own = new Cells(folder.path('reset'));
    own.run('const g1 = 1');
    expect(own.run('g1')).toEqual([]);
    own.language.reset();
    expect(own.run('g1')).toEqual(['1:1 2304']);
  });

  it('do not pile up where they are declared again and again', () => {
    for (let round = 0; round < 70; round++) cells.run(`const again = ${round}; type Again = ${round}`);
    expect(cells.has('again', '69')).toBe(true);
  });
});

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

  it('are packages, with exports, ESM only, untyped, installed meanwhile', () => {
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

  it('resolve in symlinked and mixed-case folders', () => {
    const target = folder.path('MixedCase/Note Books');
    write('MixedCase/Note Books/data.ts', 'export const one = 1;');
    symlinkSync(target, folder.path('link'));
    for (const path of [target, folder.path('link')]) {
      const own = new Cells(path);
      expect(own.run('import { one } from "./data"; console.log(one.toFixed())')).toEqual([]);
      expect(own.run('one.nope')).toEqual(['1:5 2339']);
    }
  });
});

describe('the nearest tsconfig.json', () => {
  it('counts, with the options that make sense in a cell', () => {
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
