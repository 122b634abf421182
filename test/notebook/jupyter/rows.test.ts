import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../temporary-folder.js';
import { kernelForTests } from './process.js';

/* What users of other kernels have reported, as far as the wire has a part in it and wire.test.ts does not have it yet. */

const folder = temporaryFolder();
const kernel = kernelForTests(folder);

/** `text/plain` of a cell's result, which must be its only output. */
async function value(code: string): Promise<unknown> {
  const { outputs } = await kernel.client.execute(code);
  expect(outputs.map(({ type }) => type)).toEqual(['execute_result']);
  return (outputs[0]!.content.data as Record<string, unknown>)['text/plain'];
}

/** The traceback of a cell that fails with nothing but its error. */
async function traceback(code: string): Promise<string> {
  const { outputs, reply } = await kernel.client.execute(code);
  expect(outputs.map(({ type }) => type)).toEqual(['error']);
  expect(reply.content).toMatchObject({ status: 'error', traceback: outputs[0]!.content.traceback! });
  return (outputs[0]!.content.traceback as string[]).join('\n');
}

function write(path: string, text: string): void {
  mkdirSync(dirname(folder.path(path)), { recursive: true });
  writeFileSync(folder.path(path), text);
}

describe('modules and types over the wire', () => {
  it('row 1: a package of ES modules only loads, statically and dynamically, with the types that its exports name', async () => {
    write('node_modules/esm-only/package.json', '{ "name": "esm-only", "type": "module", "exports": { "types": "./main.d.ts", "default": "./main.js" } }');
    write('node_modules/esm-only/main.js', 'export const v = 1;');
    write('node_modules/esm-only/main.d.ts', 'export declare const v: number;');
    expect(await value('import { v } from "esm-only"; v')).toBe('1');
    expect(await value('(await import("esm-only")).v.toFixed(1)')).toBe("'1.0'");
    expect(await traceback('v.nope')).toContain("Property 'nope' does not exist on type 'number'");
  });

  it('row 2: the nearest tsconfig.json counts from the next cell on', async () => {
    expect(await traceback('const strict: string = null')).toMatch(/Cell \[\d+\]:1:7 - error TS2322/);
    write('tsconfig.json', '{ "compilerOptions": { "strict": false } }');
    expect(await value('const loose: string = null; loose')).toBe('null');
    write('tsconfig.json', '{ "compilerOptions": { "strict": true } }');
    await traceback('const strict: string = null');
  });

  it('rows 3 and 24: typings of Node and of the language are there in any folder, and local TypeScript by a relative path', async () => {
    write('data.ts', 'export const f = (): Map<string, number> => new Map([["a", 1]]);');
    expect(await value('const fs = require("fs"); import { f } from "./data"; [fs.existsSync("data.ts"), f().get("a")]')).toBe('[ true, 1 ]');
  });

  it('row 21: a type error comes before anything runs, with line and column', async () => {
    expect(await traceback('console.log("ran");\nimport fs from "node:fs";\nfs.writeFileSync("")')).toMatch(/:3:4 - error TS2554/);
  });

  it('row 25: a module that is edited, however deep, is seen with its new types, and so is a package that is installed meanwhile', async () => {
    write('deep.ts', 'export const n = 1;');
    write('top.ts', 'import { n } from "./deep";\nexport const f = () => n;');
    const cell = 'import { f } from "./top"; f()';
    expect(await value(cell)).toBe('1');
    write('deep.ts', 'export const n = "two";');
    expect(await value(cell)).toBe("'two'");
    expect(await traceback('f().toFixed()')).toContain("Property 'toFixed' does not exist on type 'string'");
    expect(await traceback('import { added } from "added-later"')).toContain("Cannot find module 'added-later'");
    write('node_modules/added-later/package.json', '{ "name": "added-later", "type": "module", "exports": { "types": "./main.d.ts", "default": "./main.js" } }');
    write('node_modules/added-later/main.js', 'export const added = 3;');
    write('node_modules/added-later/main.d.ts', 'export declare const added: number;');
    expect(await value('import { added } from "added-later"; added.toFixed(1)')).toBe("'3.0'");
  });

  it('row 27: the bundle of plotly for browsers is refused with the name of what draws figures here', async () => {
    expect(await traceback('import Plotly from "plotly.js-dist"')).toContain('show({ data, layout })');
  });

  it('row 30: import statements and dynamic imports work', async () => {
    expect(await value('import os from "os"; typeof os.cpus')).toBe("'function'");
    expect(await value('(await import("node:fs")).existsSync("/")')).toBe('true');
  });

  it('a cell with JSX runs as tsx', async () => {
    await kernel.client.execute('const React = { createElement: (tag: string, props: object | null, ...children: unknown[]) => ({ tag, children }) };\ndeclare global { namespace JSX { interface IntrinsicElements { b: { id?: string } } } }');
    expect(await value('const bold = <b>text</b>; bold')).toBe("{ tag: 'b', children: [ 'text' ] }");
    expect(await traceback('<b id={1}/>')).toContain('TS2322');
  });

  it('the name that the session needs is refused with a sentence', async () => {
    expect(await traceback('const __binvit = 1')).toContain('the name __binvit is taken by the notebook itself; choose one that does not begin with __binvit');
  });
});

describe('values and errors over the wire', () => {
  it('row 7: values of one cell are instances of the classes of another', async () => {
    await kernel.client.execute('const a = [1]');
    expect(await value('a instanceof Array && new Error() instanceof Error')).toBe('true');
  });

  it('row 16: the traceback has the typed line, also in a class with parameter properties', async () => {
    expect(await traceback('let x = 0;\n\n\nthrow new Error("f")')).toMatch(/Cell \[\d+\]:4:7/);
    const places = await traceback('class P {\n  constructor(private readonly a: number, public b = 2) {}\n  fail(): never {\n    throw new Error(`${this.a}`);\n  }\n}\nnew P(1).fail()');
    expect(places).toMatch(/at P\.fail \(Cell \[\d+\]:4:11\)/);
    expect(places).toMatch(/at Cell \[\d+\]:7:10/);
  });

  it('row 22: a value that is awaited comes, also when garbage is collected meanwhile', async () => {
    expect(await value(`const v8 = require('node:v8'); v8.setFlagsFromString('--expose-gc'); const collect = require('node:vm').runInNewContext('gc');
for (let turn = 0; turn < 3; turn++) { await new Promise(resolve => setTimeout(resolve, 20)); collect(); }
'the value'`)).toBe("'the value'");
  });

  it('row 28: a name of an earlier cell is no error, and one that no cell has declared is', async () => {
    await kernel.client.execute('const declaredEarlier = 1');
    expect(await value('declaredEarlier + 1')).toBe('2');
    expect(await traceback('declaredNowhere + 1')).toContain("Cannot find name 'declaredNowhere'");
  });

  it('row 29: a const cell runs twice, and its type follows the newest', async () => {
    for (const code of ['const x1 = 1; x1', 'const x1 = 1; x1']) expect(await value(code)).toBe('1');
    expect(await value('const x1 = "s"; x1.toUpperCase()')).toBe("'S'");
  });

  it('row 32: the second of two cells sent at once waits for the promises of the first', async () => {
    const first = kernel.client.submit('var z; await new Promise(resolve => setTimeout(resolve, 50)); z = 1; void 0');
    expect(await value('z')).toBe('1');
    expect((await first.reply).content.status).toBe('ok');
  });

  it('row 34: the last value is the result, later cells see it, and a name that is not there is an error with its place', async () => {
    expect(await value('let v1 = 42; v1')).toBe('42');
    expect(await value('v1 + 1')).toBe('43');
    expect(await traceback('// @ts-nocheck\nnope()')).toMatch(/ReferenceError: nope is not defined[^]*:2:1/);
  });

  it('rows 31 and 38: a figure of any type goes over the wire as it is, with its text, and asks for nothing from the network', async () => {
    const figure = "{ data: [{ type: 'sankey', node: { label: ['A', 'B', 'C'], align: 'right' }, link: { source: [0, 0], target: [1, 2], value: [8, 4] } }], layout: {} }";
    const { outputs } = await kernel.client.execute(`void show(${figure})`);
    const data = outputs[0]!.content.data as Record<string, unknown>;
    expect(data).toMatchObject({ 'application/vnd.plotly.v1+json': { data: [{ node: { align: 'right' } }] }, 'text/plain': 'figure: 1 trace (sankey)' });
    expect(JSON.stringify(outputs.map(({ content }) => content))).not.toMatch(/https?:/);
  });

  it('row 42: a frame of danfojs is a table in HTML and in text', async () => {
    mkdirSync(folder.path('node_modules'), { recursive: true });
    const frame = new URL('../../../node_modules/danfojs-node/dist/danfojs-node/src/index.js', import.meta.url).pathname;
    const { outputs } = await kernel.client.execute(`const { DataFrame } = require(${JSON.stringify(frame)}); new DataFrame({ a: [1] })`);
    const data = outputs.at(-1)!.content.data as Record<string, string>;
    expect(data['text/html']).toContain('<table');
    expect(data['text/plain']).toContain('1 row × 1 column');
  });

  it('comms are answered: an unknown target is closed, and none are listed', async () => {
    const { idle } = kernel.client.request('shell', 'comm_open', { comm_id: 'c1', target_name: 'jupyter.widget', data: {} });
    expect((await idle).filter(({ type }) => type === 'comm_close').map(({ content }) => content.comm_id)).toEqual(['c1']);
    expect(await kernel.client.ask('shell', 'comm_info_request', {})).toEqual({ status: 'ok', comms: {} });
  });
});
