import { beforeAll, describe, expect, it } from 'vitest';
import { CellLanguage } from '../../../src/notebook/language/cell-language.js';
import type { LanguageContext } from '../../../src/notebook/session/types.js';
import { temporaryFolder } from '../../temporary-folder.js';

const folder = temporaryFolder();
let language: CellLanguage;

beforeAll(() => {
  language = new CellLanguage({ cwd: folder.path('') });
  for (const code of [
    'import fs from "node:fs"; let count = 1; const point = { across: 1, "down-wards": 2 }; class Shape { area = 1 } enum Color { Red }',
    '/** Adds.\n * @param a first\n * @param b second\n * @example add(1, 2)\n */\nfunction add(a: number, b: number): number;\nfunction add(a: string): string;\nfunction add(...all: unknown[]): unknown { return all }\ninterface Only { t: 1 }',
  ]) language.commit(code, { id: '1' });
});

/** The place of `|` in a code. */
function at(marked: string): [string, number] {
  const offset = marked.indexOf('|');
  return [marked.slice(0, offset) + marked.slice(offset + 1), offset];
}

function labels(marked: string, context?: LanguageContext): string[] {
  return language.complete(...at(marked), context).items.map(({ label }) => label);
}

describe('completion', () => {
  it('row 40: knows the members of values of earlier cells, and of this one, in code that does not parse yet', () => {
    expect(labels('point.a|')).toEqual(['across']);
    expect(labels('const own = { deep: { one: 1 } };\nif (own.deep.|')).toEqual(['one']);
    expect(labels('`${point.acr|')).toEqual(['across']);
    expect(labels('foo(point.acr|, 1')).toEqual(['across']);
    expect(labels('new Shape().|')).toEqual(['area']);
    expect(labels('fs.readFileS|')).toEqual(['readFileSync']);
    expect(labels('Color.|')).toContain('Red');
    expect(labels('const t: Only = { | }')).toEqual(['t']);
  });

  it('knows names, with their kind, and what to replace', () => {
    expect(language.complete('1 + cou', 7)).toMatchObject({ start: 4, end: 7, items: [{ label: 'count', kind: 'let', insertText: 'count' }, { label: 'CountQueuingStrategy' }] });
    expect(language.complete('add', 3).items[0]).toMatchObject({ label: 'add', kind: 'function' });
    expect(language.complete('new Shap', 8).items[0]).toMatchObject({ label: 'Shape', kind: 'class' });
    expect(labels('let x: Onl|')).toEqual(['Only']);
    expect(labels('displ|')).toEqual(['display']);
    expect(labels('__binv|')).toEqual([]);
    expect(language.complete('"😀"; point.a', 13)).toMatchObject({ start: 12, end: 13, items: [{ label: 'across' }] });
  });

  it('completes module names', () => {
    expect(labels('import {} from "node:pat|"')).toContain('node:path');
  });

  it('takes the cells above in an editor in place of those that ran', () => {
    const preceding = [{ id: 'a', code: 'const above = { left: 1 }' }, { id: 'b', code: 'const again = above; let broken = ;' }];
    expect(labels('above.|', { preceding })).toEqual(['left']);
    expect(labels('again.|', { preceding })).toEqual(['left']);
    expect(labels('poin|', { preceding })).toEqual([]);
    expect(labels('above.|', { preceding: [{ id: 'a', code: 'const above = { right: 1 }' }] })).toEqual(['right']);
    expect(labels('point.a|')).toEqual(['across']);
  });
});

describe('inspection', () => {
  it('shows the declaration and the documentation', () => {
    expect(language.inspect(...at('count|'))).toEqual({ signature: 'let count: number', documentation: '', start: 0, end: 5 });
    expect(language.inspect(...at('ad|d(1, 2)'))).toMatchObject({
      signature: 'function add(a: number, b: number): number (+1 overload)',
      documentation: 'Adds.\n\n*@param* `a` first\n\n*@param* `b` second\n\n*@example*\n```ts\nadd(1, 2)\n```',
    });
    expect(language.inspect(...at('let y: Onl|y'))).toMatchObject({ signature: 'interface Only', start: 7, end: 11 });
    expect(language.inspect(...at('/** Mine. */\nconst mine = 1;\nmin|e'))).toMatchObject({ signature: 'const mine: 1', documentation: 'Mine.', start: 29 });
    expect(language.inspect(...at('point.acr|oss'))?.signature).toBe('(property) across: number');
  });

  it('has the documentation of Node and of the language', () => {
    expect(language.inspect(...at('fs.readFile|Sync'))?.documentation).toContain('Returns the contents of the `path`.');
    expect(language.inspect(...at('[1].toSor|ted()'))?.documentation).toContain('Returns a copy of an array with its elements sorted.');
    expect(language.inspect(...at('dis|play'))?.documentation).toContain('Shows a value');
  });

  it('tells types as they were typed, older ones of a name that was declared anew too', () => {
    const own = new CellLanguage({ cwd: folder.path('') });
    own.commit('class Twice { a = 1 }\nlet old = new Twice()', { id: '1' });
    own.commit('class Twice { b = 1 }\nfunction both(x: typeof old, y: Twice) { return { x, y } }', { id: '2' });
    expect(own.inspect('old', 3)?.signature).toBe('let old: Twice');
    expect(own.inspect('old.a', 5)?.signature).toBe('(property) Twice.a: number');
    expect(own.inspect('both', 4)?.signature).toBe('function both(x: Twice, y: Twice): {\n    x: Twice;\n    y: Twice;\n}');
    expect(own.signatureHelp('both(', 5)?.signatures[0]?.label).toBe('both(x: Twice, y: Twice): { x: Twice; y: Twice; }');
    expect(own.complete('Twi', 3).items.map(({ label }) => label)).toEqual(['Twice']);
    expect(own.complete('old.', 4).items.map(({ label }) => label)).toEqual(['a']);
    expect(own.inspect('const handle = display(1); handle', 33)?.signature).toBe('const handle: DisplayHandle');
    expect(own.signatureHelp('progress(', 9)?.signatures[0]?.label).toBe('progress(work: number, label?: string): Progress');
  });

  it('says nothing where there is nothing', () => {
    expect(language.inspect(...at('  |  '))).toBeNull();
    expect(language.inspect('', 0)).toBeNull();
  });
});

describe('signature help', () => {
  it('names the active overload and parameter, with their documentation', () => {
    const help = language.signatureHelp(...at('add(1, |'));
    expect(help).toMatchObject({
      activeSignature: 0, activeParameter: 1,
      signatures: [{ label: 'add(a: number, b: number): number', documentation: expect.stringMatching(/^Adds\./) as string, parameters: [{ label: 'a: number', documentation: 'first' }, { label: 'b: number', documentation: 'second' }] }, {}],
    });
    expect(language.signatureHelp(...at('fs.existsSync(|)'))?.signatures[0]?.documentation).toContain('Returns `true` if the path exists');
  });

  it('is not there outside of a call', () => {
    expect(language.signatureHelp(...at('add|'))).toBeNull();
  });
});

describe('diagnosis of a cell that is edited', () => {
  const preceding = [{ id: 'a', code: 'const a = 1; type T = { x: string }' }];

  it('row 28: knows the cells above, whether they ran or not', () => {
    expect(language.diagnose('a + 1; const t: T = { x: "s" }', { preceding })).toEqual([]);
    expect(language.diagnose('a + 1', { preceding: [] })).toMatchObject([{ code: 2304, severity: 'error', file: null, range: { line: 1, column: 1, endLine: 1, endColumn: 2 } }]);
    expect(language.diagnose('const a: string = 1', { preceding })).toMatchObject([{ code: 2322 }]);
    expect(language.diagnose('count.nope')).toMatchObject([{ code: 2339, message: "Property 'nope' does not exist on type 'number'." }]);
  });

  it('tells what does not parse, and respects the mark', () => {
    expect(language.diagnose('const = 1', { preceding })).toMatchObject([{ range: { line: 1, column: 7 } }, {}]);
    expect(language.diagnose('// @ts-nocheck\nnope', { preceding })).toEqual([]);
    expect(language.diagnose('const b = <b/>', { language: 'javascript' })).toEqual([]);
  });
});

describe('completeness', () => {
  it.each([
    '1', 'const a = 1', '{ a: 1 }', 'if (a) {}', '// comment', '', '`a${b}`', '<b/>', 'for await (const x of y) {}', 'let a: number', '"a"', 'a\n.b', 'x = () => {}', 'type T = 1',
  ])('%j is complete', code => {
    expect(language.isComplete(code)).toEqual({ status: 'complete' });
  });

  it.each([
    ['`abc', ''], ['x =', ''], ['foo(', '  '], ['if (a) {', '  '], ['function f() {\n  return [', '    '], ['/* x', ''], ['<div>', ''], ['foo.', ''], ['async () => {', '  '], ['const x:', ''],
    ['class A {\n\tm() {', '\t\t'], ['try {}', ''], ['[1, 2', ''], ['`a${b', ''], ['a +', ''], ['for (;;)', ''], ['if (a) {\n  b', '  '], ['({ a: 1,', ''], ['a ?', ''], ['import { a', ''], ['const f = (x) =>', '  '],
  ])('%j goes on', (code, indent) => {
    expect(language.isComplete(code)).toEqual({ status: 'incomplete', indent });
  });

  it.each(['}', 'let 1a', 'a b', '"abc', 'else', 'foo)', 'const = 1;\nb', 'if (a) }', '[1, }'])('%j is invalid', code => {
    expect(language.isComplete(code)).toEqual({ status: 'invalid' });
  });
});
