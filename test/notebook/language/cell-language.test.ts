import { parse } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/backend/random.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { Cells, writeIn } from './cells.js';

const folder = temporaryFolder();

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

  it('rows 3 and 21: is strict, and knows Node in any folder, top-level await and the names of cells', () => {
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

describe('a self-contained cell', () => {
  it('is checked and completed as in a program that is made for it, whatever ran before', () => {
    writeIn(folder, 'own/shapes.ts', 'export interface Shape { sides: number }\nexport const square: Shape = { sides: 4 };');
    const declared = 'export interface Tool { size: number }\nexport declare const tool: Tool;\n';
    writeIn(folder, 'own/node_modules/tools/package.json', { name: 'tools', exports: { '.': './index.js', './all': './all.js' } });
    writeIn(folder, 'own/node_modules/tools/all.d.ts', declared);
    writeIn(folder, 'own/node_modules/tools/index.d.ts', 'export * from "./all.js";\nexport { tool as default } from "./all.js";\n');
    const own = new Cells(folder.path('own'));
    const parts = [
      'let q1 = 1;', 'let q1 = "s";', 'const q15 = new Q3();', 'const q16: Q3 = q15;', 'const q2 = [q1];', 'q1.toFixed();', 'q2[0].length;', 'q1 = 2;', 'class Q3 { sides = 3 }', 'class Q3 { #own = 1 }',
      'const q4: Q3 = new Q3();', 'q4.sides;', 'interface Q5 { a: string }', 'interface Q5 { b: number }', 'const q6: Q5 = { a: "s" };', 'q6.b = q6.a;',
      'function q7<T extends Q5>(x: T) { return { x, q1 } }', 'q7(q6).q1.nope;', 'q7(1);', 'enum Q8 { On, Off }', 'const q9: Q8 = Q8.On; q9 === 5;', 'Q8.Of;',
      'type Q10 = typeof q7; let q10: Q10;', 'q10 = q7; q10(q6).x.a;', 'word__1 + word__40;', 'var q11 = q11 ?? 1;', 'await Promise.resolve(q2);', 'nope7();',
      'import { square } from "./shapes";', 'square.sides = "four";', 'square.nope;', 'declare global { interface Array<T> { last: T } }', '[1].last.nope;',
      'import { existsSync, type Stats } from "node:fs";', 'let q12: Stats; existsSync(1);',
      'import { statSync, Stats } from "node:fs";', 'const q24: Stats = statSync("."); q24.nope;', 'import * as q25 from "tools/all";\nq25.tool.nope;', 'q25.tool.size.nope; let q26: q25.Tool = { size: 1 };',
      'import tool from "tools";', 'import tool, { type Tool as q27 } from "tools";', 'tool.size.nope;', 'let q28: q27 = tool; q28.size = "s";', 'import type { Tool as Q3 } from "tools";', 'import { nope } from "tools/nope";',
      'import "tools";', 'import { nope } from "tools";', 'statSync = existsSync;', 'import { tool as q1 } from "tools/all"; q1.size.nope;',
      'const q30 = q21;', 'if (q30) q20.length;', 'function q31(x: unknown): x is string { return typeof x === "string" }', 'const q32 = q31(q20);', 'if (q32) q20.length;', 'const q33 = q7(q6); q33.x.nope;', 'if (q33.q1) q1.nope;',
      'let q17: string | undefined = [q1].map(String)[0];', 'if (q17) [1].map(() => q17.length);', 'if (q17) [1].map(() => q17.length); q17 = undefined;',
      'let q18; let q19 = [];', 'q18 = 5; q18.nope;', 'q19.push(1); q19[0].nope;', 'const q20 = [1, "s"][1]!; const q21 = typeof q20 === "string";', 'if (q21) q20.length;',
      'const { q22, q23 } = ([{ q22: "a", q23: 1 }, { q22: "b", q23: "s" }] as ({ q22: "a"; q23: number } | { q22: "b"; q23: string })[])[1]!;', 'if (q22 === "a") q23.toFixed();',
 'export const q13 = q1;', 'q13.nope;', 'namespace Q14 { export const a = q1 }', 'Q14.a.nope;',
    ];
    const random = Random.seeded(11);
    const whole = new Cells(folder.path('own'));
    // A cell that exports something is seen in a new program.
    const inNewProgram = (code: string): string => `${code}\nexport {};`;
    const ran: { id: string; code: string }[] = [];
    let found = 0;
    let completed = 0;
    for (let cell = 0; cell < 150; cell++) {
      const code = `${parts[random.integer(parts.length)]!}\n${parts[random.integer(parts.length)]!}`;
      const expected = whole.language.diagnose(inNewProgram(code));
      expect(own.language.prepare(code, { id: 'cell' }).diagnostics, code).toEqual(expected);
      for (const { language } of [own, whole]) language.commit(code, { id: 'cell' });
      found += expected.length;
      ran.push({ id: `${cell}`, code });
      const member = ['q1.', 'q2[0].', 'q4.', 'q6.', 'q7(q6).', 'q9.', 'q12.', 'q24.', 'q25.', 'tool.', 'square.', '[1].', 'Q8.', 'Q14.', 'q7(q6).x.', 'q', 'let q1: Q', '{ q1: 1, q', 'import { to', 'import { to } from "tools";\n', 'import t'][random.integer(21)]!;
      for (const context of [{}, { preceding: ran.slice(-random.integer(20)) }]) {
        // Front ends sort them.
        const told = ({ language }: Cells, typed: string) => language.complete(typed, member.length, context).items.map(item => JSON.stringify(item)).sort();
        const items = told(whole, inNewProgram(member));
        expect(told(own, member), member).toEqual(items);
        expect(own.language.diagnose(code, context), code).toEqual(whole.language.diagnose(inNewProgram(code), context));
        completed += items.length === 0 ? 0 : 1;
      }
      if (random.integer(20) === 0) for (const { language } of [own, whole]) language.settle();
    }
    expect(found).toBeGreaterThan(50);
    expect(completed).toBeGreaterThan(100);
  });
});

describe('names of earlier cells', () => {
  // What the compiler tells of the same code in one file, as far as the declarations of the earlier cells say it.
  it.each(['at once', 'after a pause'])('mean what their declarations say, and no more (%s)', when => {
    const own = new Cells(folder.path(`known ${when}`));
    const told = (declarations: string, code: string): string[] => {
      expect(own.run(declarations)).toEqual([]);
      if (when === 'after a pause') own.language.settle();
      const { diagnostics } = own.language.prepare(code, { id: 'cell' });
      expect(own.language.diagnose(code)).toEqual(diagnostics);
      return diagnostics.map(error => `${error.range.line}:${error.range.column} ${error.code}`);
    };
    const text = '[1].map(String).at(0)';
    expect(told(`let v = ${text}`, 'if (v) [1].map(() => v.length)')).toEqual([]);
    expect(told(`let v = ${text}; v = ${text}`, 'if (v) [1].map(() => v.length)')).toEqual([]);
    expect(told(`let v = ${text}`, 'if (v) [1].map(() => v.length);\nv = undefined')).toEqual(['1:22 18048']);
    expect(told(`let v = ${text}`, 'if (v) [1].map(() => v.length);\n[v] = [undefined]')).toEqual(['1:22 18048']);
    expect(told(`let v = ${text}`, 'if (v) [1].map(() => v.length);\nfor (v of ["s"]) v.length')).toEqual(['1:22 18048']);
    expect(told(`const v = ${text}`, 'if (v) [1].map(() => v.length)')).toEqual([]);
    expect(told(`const v = ${text}; const isText = v !== undefined`, 'if (isText) v.length')).toEqual(['1:13 18048']);
    expect(told(`const v = ${text}; const isText = v !== undefined; const same = isText`, 'if (same) v.length')).toEqual(['1:11 18048']);
    expect(told(`const v = ${text}; function isText(x: unknown): x is string { return x === "" }; const is = isText(v)`, 'if (is) v.length')).toEqual(['1:9 18048']);
    expect(told(`const v = ${text}; const list = [v].filter(Boolean)`, 'if (list) v.length')).toEqual(['1:11 18048']);
    expect(told('const { kind, size } = ([{ kind: "a", size: 1 }] as ({ kind: "a"; size: number } | { kind: "b"; size: string })[])[0]!', 'if (kind === "a") size.toFixed()')).toEqual(['1:24 2339']);
    expect(told('let later; let list = []', 'later = 1; later.nope; list.push(1); list[0].nope')).toEqual([]);
    expect(told('const c = "a"', 'let d = c; d = "b"')).toEqual([]);
    expect(told('const enum Size { S, L }', 'Size.L.toFixed() + Size.M')).toEqual(['1:25 2339']);
    expect(told('function isText(x: unknown): asserts x is string {}', 'let x: unknown = 1; isText(x); x.length; x.nope')).toEqual(['1:44 2339']);
  });

  it('are there in the root folder too, after a pause as well', () => {
    const root = new Cells(parse(process.cwd()).root);
    root.run('const r1 = { deep: [1] };');
    expect(root.run('r1.nope')).toEqual(['1:4 2339']);
    root.language.settle();
    expect(root.run('r1.deep.nope')).toEqual(['1:9 2339']);
  });

  it('have their types, and variables can be assigned', () => {
    expect(cells.run('let c1 = 1; var c2 = "s"; const c3 = [1, 2] as const; function c4<T>(x: T): T { return x } async function c5() { return 1 }')).toEqual([]);
    expect(cells.run('c1 = 2; c2 = "t"; c1++')).toEqual([]);
    expect(cells.run('c1 = "s"')).toEqual(['1:1 2322']);
    expect(cells.run('c3 = 1')).toHaveLength(1);
    expect(cells.has('[c1, c2, c3, c4(true), c5()] as const', 'readonly [number, string, readonly [1, 2], true, Promise<number>]')).toBe(true);
  });

  it('row 29: follow the newest declaration, and keep what older cells meant', () => {
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

  it.each(['at once', 'after a pause'])('are told as they were typed, and as older where they have been declared anew (%s)', when => {
    const own = new Cells(folder.path(`typed ${when}`));
    const first = 'class D { a = 1 } interface I { x: 1 } enum E { A, B } class Box<T> { constructor(public t: T) {} } namespace N { export class Deep { a = 1 } } ';
    own.run(`${first}const d = new D(); const i: I = { x: 1 }; let e: E = E.A; const box = new Box(d); const deep = new N.Deep(); let word__1 = 1; type Word__1 = D`);
    own.run('class D { b = 1 } interface I { y: 1 } enum E { C } class Box<T> { u!: T } namespace N { export class Deep { b = 1 } } const d2 = new D(); const shown = display(1)');
    if (when === 'after a pause') own.language.settle();
    const said = (code: string): string[] => {
      const { diagnostics } = own.language.prepare(code, { id: 'cell' });
      // An edited cell is told the same.
      expect(own.language.diagnose(code)).toEqual(diagnostics);
      return diagnostics.map(({ message }) => message);
    };
    expect(said('const x: D = d')).toEqual(["Property 'b' is missing in type 'older D' but required in type 'D'."]);
    expect(said('const x: typeof d = d2')).toEqual(["Property 'a' is missing in type 'D' but required in type 'older D'."]);
    expect(said('const x: I = i')).toEqual(["Property 'y' is missing in type 'older I' but required in type 'I'."]);
    expect(said('const x: E = e')).toEqual(["Type 'older E' is not assignable to type 'E'."]);
    expect(said('const x: N.Deep = deep')).toEqual(["Property 'b' is missing in type 'older N.Deep' but required in type 'N.Deep'."]);
    expect(said('const x: Box<typeof d> = box')).toEqual(["Property 'u' is missing in type 'older Box<older D>' but required in type 'Box<older D>'."]);
    expect(said('class D { c = 1 }\nconst x: D = d2')).toEqual(["Property 'c' is missing in type 'older D' but required in type 'D'."]);
    expect(said('const x: number = d')).toEqual(["Type 'D' is not assignable to type 'number'."]);
    expect(said('word__1 = "s"; const x: Word__1 = word__2')).toEqual(["Type 'string' is not assignable to type 'number'.", "Cannot find name 'word__2'. Did you mean 'word__1'?"]);
    expect(said('const x: number = shown')).toEqual(["Type 'DisplayHandle' is not assignable to type 'number'."]);
  });

  it('cannot be assigned to for the reason that their own cell would tell', () => {
    const declarations = {
      h1: 'const h1 = 1', h2: 'function h2() {}', H3: 'class H3 {}', H4: 'enum H4 { A }', H5: 'namespace H5 { export const z = 1 }', h6: 'import { sep as h6 } from "node:path"',
    };
    for (const [name, declaration] of Object.entries(declarations)) {
      const told = (code: string): unknown => cells.language.prepare(code, { id: 'cell' }).diagnostics.map(({ code: number, message }) => [number, message]);
      const own = told(`${declaration};\n${name} = null!`);
      expect(own).toMatchObject([[expect.any(Number), expect.stringMatching(/^Cannot assign to '\w+' because it is an? \w+\.$/)]]);
      cells.run(declaration);
      expect(told(`${name} = null!`)).toEqual(own);
    }
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

  it('do not come from a cell that did not run, whatever it declares for all', () => {
    const own = new Cells(folder.path('ambient'));
    const declares = (name: string): string => `declare global { interface Array<T> { ${name}: T } }`;
    expect(own.language.prepare(`${declares('last')}\nconst s: string = 1`, { id: 'cell' }).diagnostics).toHaveLength(1);
    expect(own.run('[1].last')).toEqual(['1:5 2339']);
    expect(own.language.diagnose(declares('last'))).toEqual([]);
    expect(own.run('[1].last')).toEqual(['1:5 2339']);
    own.run(declares('first'));
    expect(own.run('[1].first; [1].last')).toEqual(['1:16 2339']);
    own.language.settle();
    expect(own.run('[1].first; [1].last')).toEqual(['1:16 2339']);
  });

  it('do not pile up where they are declared again and again', () => {
    for (let round = 0; round < 70; round++) cells.run(`const again = ${round}; type Again = ${round}`);
    expect(cells.has('again', '69')).toBe(true);
  });
});
