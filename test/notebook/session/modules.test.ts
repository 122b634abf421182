import { describe, expect, it } from 'vitest';
import { errorOf, sessionOfTest } from './session-of-test.js';

const test = sessionOfTest();
const { run, write } = test;

describe('imports in cells', () => {
  it('row 1: a package of ES modules only loads, statically and dynamically, and so do its subpaths', async () => {
    write('node_modules/esm-only/package.json', '{ "name": "esm-only", "type": "module", "exports": { ".": "./main.js", "./sub": "./sub.js" } }');
    write('node_modules/esm-only/main.js', 'export const v = 1;');
    write('node_modules/esm-only/sub.js', 'export const sub = 2;');
    expect((await run('import { v } from "esm-only"; import { sub } from "esm-only/sub"; [v, sub]')).value).toBe('[ 1, 2 ]');
    expect((await run('(await import("esm-only")).v')).value).toBe('1');
  });

  it('row 30: modules of Node load, with and without prefix', async () => {
    expect((await run('import os from "os"; import { sep } from "node:path"; typeof os.cpus + sep')).value).toBe("'function/'");
    expect((await run('(await import("node:fs")).existsSync("/")')).value).toBe('true');
  });

  it('row 24: local TypeScript is found relative to the folder of the notebook', async () => {
    write('data.ts', 'export interface Row { n: number }\nexport function f(): Row { return { n: 5 } }');
    expect((await run('import { f } from "./data"; f()')).value).toBe('{ n: 5 }');
  });

  it('CommonJS, JSON, .tsx and .mts load too, and what they export has its names', async () => {
    write('common.cjs', 'module.exports = { a: 1 };');
    write('list.json', '[1, 2]');
    write('element.tsx', 'const React = { createElement: (name: string) => name };\nexport const element = <b>text</b>;');
    write('module.mts', 'export default 3 as number;');
    const cell = await run('import common from "./common.cjs"; import list from "./list.json"; import { element } from "./element"; import three from "./module.mjs";\n[common.a, list, element, three]');
    expect(cell.value).toBe("[ 1, [ 1, 2 ], 'b', 3 ]");
  });

  it('import.meta and the names of CommonJS tell the folder of the notebook', async () => {
    expect((await run('[import.meta.dirname, __dirname]')).value).toContain(test.folder);
    expect((await run('import.meta.resolve("esm-only")')).value).toMatch(/^'file:.*esm-only\/main\.js'$/);
  });

  it('paths and baseUrl of the nearest tsconfig.json hold at run time too, in cells, in local files and for require', async () => {
    write('tsconfig.base.json', '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }');
    write('tsconfig.json', '{ "extends": "./tsconfig.base.json" } // a comment');
    write('lib/inner.ts', 'export const inner = 4;');
    write('lib/outer.ts', 'export { inner } from "@lib/inner";');
    write('lib/common.ts', 'import inner = require("@lib/inner"); export = inner;');
    expect((await run('import { inner } from "@lib/outer"; [inner, require("@lib/common").inner]')).value).toBe('[ 4, 4 ]');
    write('lib/inner.ts', 'export const inner = 5;');
    expect((await run('import { inner } from "@lib/outer"; [inner, require("@lib/common").inner]')).value).toBe('[ 5, 5 ]');
    expect(errorOf(await run('import "@lib/nothing"')).message).toContain("Cannot find package '@lib/nothing'");
  });

  it('a module that is not there is an error at the import', async () => {
    const error = errorOf(await run('\nimport "./nowhere"'));
    expect(error.message).toContain('nowhere');
    expect(error.frames).toMatchObject([{ line: 2 }]);
  });

  it('an error in a local module has the line and column of its file', async () => {
    write('throwing.ts', 'interface Unused { a: number }\n\nexport function fail(value: number): never {\n  throw new Error(`no ${value}`);\n}');
    const error = errorOf(await run('import { fail } from "./throwing"; fail(1)'));
    expect(error.frames[0]).toMatchObject({ function: 'fail', cell: null, line: 4, column: 9 });
    expect(error.frames[0]!.file).toMatch(/throwing\.ts$/);
    expect(error.traceback.join('\n')).toContain('> 4 |   throw new Error');
  });
});

describe('hot reload', () => {
  it('row 25: an edited module, and all that import it, are loaded anew; the others keep their identity', async () => {
    write('deep.ts', 'export const deep = 1;');
    write('middle.ts', 'export { deep } from "./deep";');
    write('top.ts', 'import { deep } from "./middle";\nexport const value = deep * 10;');
    write('aside.ts', 'export const identity = {};');
    await run('import { value } from "./top"; import { identity } from "./aside"; const kept = identity');
    write('deep.ts', 'export const deep = 22;');
    expect((await run('import { value } from "./top"; value')).value).toBe('220');
    expect((await run('import { identity } from "./aside"; identity === kept')).value).toBe('true');
  });

  it('row 25: a package that is installed while the session runs is found, by import and by require', async () => {
    expect(errorOf(await run('import "added-later"')).message).toContain('added-later');
    write('node_modules/added-later/package.json', '{ "name": "added-later", "main": "main.js" }');
    write('node_modules/added-later/main.js', 'module.exports = { added: true };');
    expect((await run('import later from "added-later"; later.added')).value).toBe('true');
    expect((await run('require("added-later").added')).value).toBe('true');
  });

  it('a module that failed is loaded anew, with a file that was missing', async () => {
    write('needs.ts', 'export { missing } from "./missing-yet";');
    expect(errorOf(await run('import { missing } from "./needs"')).message).toContain('missing-yet');
    write('missing-yet.ts', 'export const missing = "found";');
    expect((await run('import { missing } from "./needs"; missing')).value).toBe("'found'");
  });

  it('require sees edits too, in CommonJS and in TypeScript', async () => {
    write('required.ts', 'export const n: number = 1;');
    write('requires.cjs', 'module.exports = require("./required").n;');
    expect((await run('require("./requires.cjs")')).value).toBe('1');
    write('required.ts', 'export const n: number = 20;');
    expect((await run('require("./requires.cjs")')).value).toBe('20');
  });
});

describe('tslab', () => {
  it("has its display API in cells: every display is shown, and newDisplay keeps one place", async () => {
    const { events, value } = await run(`import * as tslab from 'tslab';
tslab.display.html('<b>x</b>'); tslab.display.png(new Uint8Array([1, 2]));
const place = tslab.newDisplay(); place.text('a'); place.markdown('b'); Object.keys(tslab.versions)`);
    expect(events.map(event => event.type)).toEqual(['display', 'display', 'display', 'update', 'result']);
    expect(events[0]).toMatchObject({ data: { 'text/html': '<b>x</b>' } });
    expect(events[1]).toMatchObject({ data: { 'image/png': 'AQI=' } });
    expect(events[3]).toMatchObject({ data: { 'text/markdown': 'b' }, displayId: (events[2] as { displayId: string }).displayId });
    expect(value).toBe("[ 'tslab', 'typescript', 'node' ]");
  });
});
