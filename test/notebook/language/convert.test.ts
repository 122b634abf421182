import { decode } from '@jridgewell/sourcemap-codec';
import type TS from 'typescript';
import { describe, expect, it } from 'vitest';
import { parseCell } from '../../../src/notebook/language/cell-source.js';
import { cellSyntax } from '../../../src/notebook/language/cell-syntax.js';
import { convertCell, type ConvertedCell } from '../../../src/notebook/language/convert.js';
import { convertPlainCell } from '../../../src/notebook/language/plain-cell.js';
import { sessionCode } from '../../../src/notebook/language/session-code.js';
import { Transpiler } from '../../../src/notebook/language/transpiler.js';
import { typescript as ts } from '../../../src/notebook/language/typescript.js';
import { type CellFailure, repl } from './repl.js';

const run = repl();
const transpiler = new Transpiler({});

function convert(code: string, types: readonly string[] = [], uri?: string): ConvertedCell {
  return convertCell(parseCell(code), { id: 'abc', ...uri === undefined ? {} : { uri } }, transpiler, new Set(types));
}

function failure(code: string): Promise<CellFailure> {
  return run(code).then(() => { throw new Error('the cell did not fail'); }, (error: unknown) => error as CellFailure);
}

describe('the result of a cell', () => {
  it('is the value of its last expression', async () => {
    expect(await run('1 + 1')).toBe(2);
    expect(await run('const r1 = 3; r1 * 2;;  // comment')).toBe(6);
    expect(await run('await Promise.resolve(5)')).toBe(5);
    expect(await run('"use strict"')).toBe('use strict');
    expect(await run('export default 7 as number')).toBe(7);
    expect(await run('`a\n${1}`')).toBe('a\n1');
  });

  it('is there for no declaration and no control flow', async () => {
    for (const code of ['const n1 = 1', 'function n2() {}', 'class n3 {}', 'if (true) { 5 }', 'for (const i of [1]) i', '1; interface N4 {}', '', '// only\n/* comments */', 'type N5 = 1', '{ let n6 = 1; n6 }']) {
      expect(await run(code), code).toBeUndefined();
    }
  });

  it('is an object where braces at the end read as one, as in the REPL of Node', async () => {
    expect(await run('{ a: 1 }')).toEqual({ a: 1 });
    expect(await run('{}')).toEqual({});
    expect(await run('{ a: 1, b: { c: [2] }, ...{ d: 3 } } // done')).toEqual({ a: 1, b: { c: [2] }, d: 3 });
    expect(await run('const o1 = 1;\n{ o1,\n  two: 2 }\n')).toEqual({ o1: 1, two: 2 });
    expect(await run('{ a: 1 };')).toBeUndefined();
  });

  it('comes from a TypeScript, a tsx and a JavaScript cell', async () => {
    expect(await run('<number>1 satisfies number')).toBe(1);
    await run('const React = { createElement: (tag: string, props: object, ...children: unknown[]) => ({ tag, props, children }) }');
    expect(await run('<b id="x">{1}</b>', 'tsx')).toEqual({ tag: 'b', props: { id: 'x' }, children: [1] });
    expect(await run('[<b/>, 2][1]', 'javascript')).toBe(2);
  });
});

describe('declarations', () => {
  const forms = {
    const: 'const NAME = 1', let: 'let NAME = 1', var: 'var NAME = 1', function: 'function NAME() {}', class: 'class NAME {}', enum: 'enum NAME { A }',
    namespace: 'namespace NAME { export const a = 1 }', import: 'import { sep as NAME } from "node:path"', exported: 'export const NAME = 1',
    destructuring: 'const { NAME } = { NAME: 1 }', loop: 'for (var NAME = 0; NAME < 3; NAME++) {}', using: 'using NAME = { [Symbol.dispose]() {} }',
  };

  it('of any kind replace those of any kind in a later cell', async () => {
    for (const [first, firstCode] of Object.entries(forms)) {
      for (const [second, secondCode] of Object.entries(forms)) {
        const name = `${first}_then_${second}`;
        await run(firstCode.replaceAll('NAME', name));
        await run(secondCode.replaceAll('NAME', name));
        expect(await run(`typeof ${name}`), name).toBe(
          { function: 'function', class: 'function', enum: 'object', namespace: 'object', import: 'string', using: 'object' }[second] ?? 'number');
      }
    }
  });

  it('of a failed cell survive as far as it ran', async () => {
    expect((await failure('let q1 = 10; const q2 = 11; function q3() { return 12 }\nthrow new Error("x")\nlet q4 = 13')).message).toBe('Error: x');
    expect(await run('[q1, q2, q3()]')).toEqual([10, 11, 12]);
    expect((await failure('q4')).message).toContain('q4 is not defined');
    expect(await run('let q4 = 14; q4')).toBe(14);
  });

  it('may be destructured, also by var in blocks and loops', async () => {
    await run('const { a: d1, b: [, d2 = 2], ...d3 } = { a: 1, b: [0], c: 3, e: 4 }');
    await run('if (true) { var { x: e1 = 5, ["k" + 1]: e2, ...e3 } = { k1: 6, z: 7 } as any, [e4, ...e5] = [1, 2, 3] }');
    await run('for (var [e6] of [[8], [9]]) { var e7 = e6 } for (var e8 in { p: 1 });');
    expect(await run('[d1, d2, d3, e1, e2, e3, e4, e5, e6, e7, e8]'))
      .toEqual([1, 2, { c: 3, e: 4 }, 5, 6, { z: 7 }, 1, [2, 3], 9, 9, 'p']);
  });

  it('of functions are hoisted, named, and call their newest namesakes', async () => {
    expect(await run('const h0 = h1(); function h1() { return "up" } h0')).toBe('up');
    await run('function h2(n: number): number { return n === 0 ? 0 : 1 + h2(n - 1) } const h3 = h2; async function* h4() { yield 1 }');
    expect(await run('[h2.name, h2(3), (await h4().next()).value]')).toEqual(['h2', 3, 1]);
    await run('function h2(n: number): number { return 100 }');
    expect(await run('h3(1)')).toBe(101);
  });

  it('are lowered: enums, namespaces, parameter properties, decorators, using', async () => {
    await run('enum L1 { A, B = A + 5 } const enum L2 { C = "c" } namespace L3.Inner { export const v = L2.C }');
    expect(await run('[L1.B, L1[0], L2.C, L3.Inner.v]')).toEqual([5, 'A', 'c', 'c']);
    await run('class L4 { constructor(readonly a: number) {} } function twice(_: unknown, __: unknown) { return function (this: L5) { return 2 } }');
    expect(await run('class L5 extends L4 { @twice m() { return 1 } } [new L5(3).a, new L5(3).m()]')).toEqual([3, 2]);
    await run('const log: string[] = []; { using a = { [Symbol.dispose]() { log.push("block") } } }');
    await run('await using b = { async [Symbol.asyncDispose]() { log.push("cell") } }; log.push("body"); const afterUsing = 1');
    expect(await run('[log, afterUsing]')).toEqual([['block', 'body', 'cell'], 1]);
  });

  it('keep their dead zone and their strictness', async () => {
    expect((await failure('z1; const z1 = 1')).message).toContain('z1 is not defined');
    expect((await failure('// @ts-nocheck\nundeclared1 = 1')).message).toContain('undeclared1 is not defined');
    expect(await run('(function () { return this })()')).toBeUndefined();
  });

  it('are named where they have a value', () => {
    expect(convert(`import a, { type B, c } from 'm'; import type D from 'n'; import * as e from 'o'; import { T } from 'p';
      declare const f: number; interface G {} type H = 1; namespace I { export type J = 1 } enum K {} if (c) { var l = 1; let no = 2 }`, ['T']).declares).toEqual(['a', 'c', 'e', 'K', 'l']);
  });
});

describe('modules', () => {
  it('are imported in every form', async () => {
    expect(await run(`
      import os, { EOL as eol1 } from 'node:os';
      import path1, * as path2 from 'node:path';
      import 'node:fs';
      import type { Stats } from 'no-such-package';
      import { type Dirent } from 'no-such-package-either';
      import fs1 = require('node:fs');
      const stats: Stats | Dirent | null = null;
      [typeof os.cpus, eol1, path1 === path2.default, fs1.existsSync('/no-such'), stats]`)).toEqual(['function', '\n', true, false, null]);
  });

  it('are imported on demand and know where they are', async () => {
    expect(await run("(await import('node:path')).sep")).toBe('/');
    expect(await run('const deep = async () => (await import("node:os")).EOL + import.meta.url; await deep()')).toBe('\nfile:///notebook/');
  });

  it('get their attributes, and are loaded before the code of the cell', () => {
    expect(convert("f(); import data from './x.json' with { type: 'json' }; export { f } from './f'").code).toBe([
      '"use strict";', 'let { default: data } = await __binvit.import(\'./x.json\', { with: { type: \'json\' } });', 'await __binvit.import(\'./f\');', 'f();', '',
    ].join('\n'));
  });

  it('that are known to hold types only are not loaded', () => {
    expect(convert("import T, { U } from 'types'; import V, { w } from 'some'; import * as X from 'types'", ['T', 'U', 'V', 'X']).code)
      .toBe('"use strict";\nlet { w } = await __binvit.import(\'some\');\n');
  });
});

describe('what a cell may be', () => {
  it('takes top-level await, for await, a hashbang and comments', async () => {
    expect(await run('async function* g1() { yield 1; yield 2 }\nlet sum1 = 0; for await (const x of g1()) sum1 += x; sum1')).toBe(3);
    expect(await run('#!/usr/bin/env node\n// @ts-nocheck\nconst s: string = 1; s')).toBe(1);
    expect(await run('// nothing')).toBeUndefined();
  });
});

describe('the source map', () => {
  it('leads to the typed line and column', async () => {
    expect(await failure('interface A {}\n\n\nthrow new Error("f")')).toMatchObject({ line: 4, column: 7 });
    expect(await failure('class P<T> {\n  constructor(private readonly a: T) {}\n  run(): never {\n    type X = T;\n    throw   new TypeError("x" as string);\n  }\n}\nnew P<number>(1).run()'))
      .toMatchObject({ line: 5, column: 13 });
    expect(await failure('import os from "node:os";\nconst a1: number = 1; const b1 = (null as any).x')).toMatchObject({ line: 2, column: 48 });
    expect(await failure('function later(): void {\n  const t: any = undefined;\n  t.x\n}\nvar v1 = 1;\nlater()')).toMatchObject({ line: 3, column: 5 });
    expect(await failure('var ok1 = 1, bad1 = (undefined as any)!.x')).toMatchObject({ line: 1, column: 41 });
  });

  it('is exact in an object at the end', async () => {
    expect(await failure('{ a: 1, b: (null as any).x,\n c: 1 }')).toMatchObject({ line: 1, column: 26 });
    expect(await failure('{ a: 1,\n  b: (null as any).x }')).toMatchObject({ line: 2, column: 20 });
  });

  it('names the cell and has its text', () => {
    expect(convert('1').sourceMap).toMatchObject({ version: 3, sources: ['binvit-cell:abc'], sourcesContent: ['1'] });
    expect(convert('1', [], 'vscode-notebook-cell:/a#1').sourceMap.sources).toEqual(['vscode-notebook-cell:/a#1']);
  });
});

describe('a transpiler', () => {
  const cells = [
    '1+1', 'await (x)', 'const s = "a"; enum E { A = s, B = `${s}b`, C = 1 << 3, D = C | 1 } E', 'enum F { A = later } var later = 1',
    'namespace N { export const a = 1; export namespace M { export const b = a } } N.M.b', 'import a = N.M; a',
    'class C<T> extends (class {}) { constructor(private readonly a: T, public b = 1) { super(); } accessor c = 2; static { } declare d: number; #e = 3 }',
    'function deco(...a: any[]): any {} @deco class D { @deco m(@deco p: Map<string, E>) {} @deco f: string = "" }',
    'export const x: number = 1, y = x!; export default x satisfies number', 'using r = { [Symbol.dispose]() {} }', 'const f = <T,>(a?: T): a is T => a!?.b ?? (c ||= d as any)',
    'for await (const v of g()) { label: while (true) break label }', 'let {a, ...rest} = {} as any, [b = 2, ...c] = [];', 'abstract class G { abstract a(): void; b?(): void; get c(): number { return 1 } }',
    'import d, { type T, v as w } from "m"; import * as all from "n"; d(w, all)', 'type Only = 1; interface I {} declare const z: I; const enum H { A } H.A',
  ];
  const options = [{}, { experimentalDecorators: true, emitDecoratorMetadata: true, useDefineForClassFields: false }, { jsx: ts.JsxEmit.ReactJSX, jsxImportSource: 'preact' }];

  it('gives what ts.transpileModule gives, whatever cells came before', () => {
    for (const option of options) {
      const transpiler = new Transpiler(option);
      const transformers = { before: [cellSyntax(new Set())], after: [sessionCode] };
      const expected = [...cells, 'const e = <p title="x">{...a}<b/>{1}</p>'].map(cell => {
        const { text, file: { fileName } } = parseCell(cell);
        const { outputText, sourceMapText } = ts.transpileModule(text, {
          fileName, transformers,
          compilerOptions: {
            target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, jsx: ts.JsxEmit.React, ...option,
            verbatimModuleSyntax: true, isolatedModules: true, removeComments: true, sourceMap: true, newLine: ts.NewLineKind.LineFeed,
          },
        });
        return { cell, code: outputText, map: sourceMapText };
      });
      // More than the cells of one program.
      for (let round = 0; round < 13; round++) {
        for (const { cell, code, map } of expected) expect(transpiler.transpile(parseCell(cell).file, transformers), cell).toEqual({ code, map });
      }
    }
  });
});

describe('a cell of plain JavaScript', () => {
  const plain = [
    '1+1', 'a;', 'nope()', 'x.y?.[z](1, ...rest) ?? w', '1, 2', 'const a = 1, [b = 2, , ...c] = f(a); let d;\n\n  c', '"use strict"', 'const { a, b: { c = 1 } = {} } = d // done\n;; /* end */',
    'const f = async function* g(x = 1) { var y = x; for (const z of y) yield* z; for await (const q of y) await q }\nf', '`a${b}\n${`c`}` + tag`d\\n`', '/re[/]x/gi.test(s)', '() => ({ a, get b() { return this }, async *c() {}, ["d"]: 1, ...e })',
    'await p;\nawait q', 'a\n++b', 'a ||= b **= 2', 'const t = new Map([[1, 2n]]), u = 1_000;\nt.get(\n  u)', '"constant"; const constant = 1', 'let 𝒳 = 1; 𝒳', '𝒳.y', '//# sourceURL=other.js\n(a)', '(function () { return new.target }).call(1);;', 'if_ ? () => { try { throw 1 } catch { } } : typeof void 0', '(b = 1)', 'x <!y', 'a;\r\nb', '', ';',
  ];
  const others = [
    'a as T', 'const x: number = 1', 'f<number>(1)', 'x!', '(x?: T) => x', 'function (this: T) {}', '<b/>', 'import("m")', 'import.meta.url', 'import "m"', 'export const x = 1', 'class A {}', '(class { a = 1 })', 'var x = 1', 'function f() {}',
    '{ using x = y; }', 'using x = y', '(() => { using x = y })', 'for (const a of b) a', '{ a: 1 }', 'x <!--y', 'const x = 1 satisfies T', 'enum E { A }', 'declare const x: T', 'type T = 1; 1', '() => { type T = 1 }', '() => { enum E { A } }', 'a;\rb', '"\u2028"; a',
  ];

  /** Printed anew, so that spaces, comments and doubled parentheses make no difference. */
  function normal(code: string): string {
    const withoutParentheses = (node: TS.Node): TS.Node => (ts.isParenthesizedExpression(node) ? withoutParentheses(node.expression) : node);
    const unwrap: TS.TransformerFactory<TS.SourceFile> = context => file => ts.visitEachChild(file, function visit(node): TS.Node {
      return ts.isCallExpression(node) && node.expression.getText(file) === '__binvit.result'
        ? context.factory.updateCallExpression(node, node.expression, undefined, node.arguments.map(argument => withoutParentheses(argument) as TS.Expression))
        : ts.visitEachChild(node, visit, context);
    }, context);
    const file = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.ES2022);
    return ts.createPrinter({ removeComments: true }).printFile(ts.transform(file, [unwrap]).transformed[0]!).replace(/\s+/g, ' ').replace(/ ;(?= |$)/g, '');
  }
  const emitted = (code: string): string => transpiler.transpile(parseCell(code).file, { before: [cellSyntax(new Set())], after: [sessionCode] }).code;

  it('becomes, by edits of its text, what the emitter makes of it', () => {
    for (const code of plain) {
      const converted = convertPlainCell(parseCell(code));
      expect(converted, code).not.toBeNull();
      expect(normal(converted!.code), code).toBe(normal(emitted(code)));
    }
  });

  it('is mapped word by word to what was typed', () => {
    for (const code of plain) {
      const { text } = parseCell(code);
      const converted = convertPlainCell(parseCell(code))!;
      const [made, typed] = [converted.code.split('\n'), text.split('\n')];
      const places = decode(converted.mappings).flatMap((segments, line) => segments.map(([column, , typedLine, typedColumn]) => {
        const here = /^(?:\w+|.)/s.exec(made[line]!.slice(column))![0];
        const there = /^(?:\w+|.)/s.exec(typed[typedLine!]!.slice(typedColumn))![0];
        if (here !== '__binvit') expect(here === 'let' && there === 'const' ? 'const' : here, code).toBe(there);
        return `${typedLine!}:${typedColumn!}`;
      }));
      const words = typed.flatMap((line, number) => Array.from(line.matchAll(/\w+|[^\w\s]/g), ({ index }) => `${number}:${index}`));
      expect(places, code).toEqual(words);
    }
  });

  it('is told from all others, which go through the emitter', () => {
    for (const code of others) expect(convertPlainCell(parseCell(code)), code).toBeNull();
  });
});
