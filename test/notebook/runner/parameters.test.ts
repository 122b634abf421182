import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseParameter, parseRawParameter, readParameters, type Notebook } from '../../../src/notebook/runner/index.js';
import { parametrized } from '../../../src/notebook/runner/run/parameters.js';
import { startSession, type NotebookSession } from '../../../src/notebook/session/index.js';
import { codeCell, notebookOf } from './cells.js';

const cwd = mkdtempSync(join(tmpdir(), 'binvit-parameters-'));
let session: NotebookSession;
beforeAll(() => { session = startSession({ cwd }); });
afterAll(async () => {
  await session.close();
  rmSync(cwd, { recursive: true });
});

const declaration = `const steps = 100;
let rate: number | null = 0.1;
const method: Method = 'bwn';
const names = ['a'];
let text = '', flag = false;
const { inner } = { inner: 1 };`;

const sample = (): Notebook => notebookOf('type Method = "bwn" | "xnor-net";', codeCell(declaration, ['parameters']), 'steps');

describe('parameters', () => {
  it('stand in a tagged cell after the one that declares them, with their types, and in the metadata', async () => {
    const values = { steps: 5, rate: null, method: 'xnor-net', names: ['b', 'c'] };
    const { cells, metadata } = await parametrized(sample(), values, session);
    expect(cells.map(({ metadata: { tags } }) => tags)).toEqual([undefined, ['parameters'], ['injected-parameters'], undefined]);
    expect(cells[2]!.source).toBe('// Parameters\nconst steps: number = 5;\nlet rate: number | null = null;\nconst method: Method = "xnor-net";\nconst names = ["b","c"];');
    expect(metadata).toMatchObject({ binvit: { parameters: values }, papermill: { parameters: values } });
  });

  it('replace those of an earlier run, in the same cell', async () => {
    const first = await parametrized(sample(), { steps: 5 }, session);
    const second = await parametrized(first, { rate: 1 }, session);
    expect(second.cells).toHaveLength(4);
    expect(second.cells[2]).toMatchObject({ id: first.cells[2]!.id, source: '// Parameters\nlet rate: number | null = 1;' });
    expect(second.metadata['papermill']).toEqual({ parameters: { rate: 1 } });
  });

  it('go on top, with a warning, where no cell declares any', async () => {
    const warnings: string[] = [];
    const { cells } = await parametrized(notebookOf('a'), { a: 1 }, session, sentence => { warnings.push(sentence); });
    expect(cells.map(({ source }) => source)).toEqual(['// Parameters\nlet a: number = 1;', 'a']);
    expect(warnings).toEqual([expect.stringContaining('no cell is tagged "parameters"')]);
    await expect(parametrized(notebookOf('a'), { 'a b': 1 }, session)).rejects.toThrow('parameter "a b": expected a name that a TypeScript variable can have');
  });

  it('leave a notebook as it is when there are none', async () => {
    const notebook = sample();
    expect(await parametrized(notebook, {}, session)).toBe(notebook);
  });

  it('with an unknown name are refused, with the known ones', async () => {
    await expect(parametrized(sample(), { step: 1 }, session)).rejects.toThrow(
      'parameter "step": the notebook\'s cell tagged "parameters" declares steps, rate, method, names, text, flag, inner');
  });

  it.each([
    ['a number for a text', { text: 5 }, 'parameter "text": Type \'number\' is not assignable to type \'string\'; `--raw-param text=5` gives it as text'],
    ['a text for a number', { flag: true, steps: 'x' }, 'parameter "steps": Type \'string\' is not assignable to type \'number\''],
    ['null for what cannot be', { steps: null }, 'parameter "steps": Type \'null\' is not assignable to type \'number\''],
    ['a value outside a declared union', { method: 'bnn' }, 'parameter "method": Type \'"bnn"\' is not assignable to type \'Method\''],
    ['a list of something else', { names: [1] }, 'parameter "names": Type \'number\' is not assignable to type \'string\''],
    ['a text for a destructured number', { inner: '' }, 'parameter "inner": Type \'string\' is not assignable to type \'number\''],
  ])('of the wrong type are refused: %s', async (_, values, message) => {
    await expect(parametrized(sample(), values, session)).rejects.toThrow(message);
  });
});

describe('parameters as text', () => {
  it.each([
    ['n=3', 3], ['n=-1e-3', -0.001], ['n=.5', 0.5], ['n=+2', 2], ['n=true', true], ['n=null', null], ['n=[1,"a"]', [1, 'a']], ['n={"a":1}', { a: 1 }], ['n="3"', '3'],
    ['n=text', 'text'], ['n=', ''], ['n=a=b', 'a=b'], ['n=007', '007'], ['n=1.2.3', '1.2.3'], ['n=Infinity', 'Infinity'], ['n=[1,', '[1,'],
  ])('%s', (text, value) => {
    expect(parseParameter(text)).toEqual(['n', value]);
  });

  it('stay text where that is asked for', () => {
    expect(parseRawParameter('n=3')).toEqual(['n', '3']);
  });

  it.each(['n', '=3', ''])('need a name: "%s"', text => {
    expect(() => parseParameter(text)).toThrow(`expected name=value, found "${text}"`);
  });

  it('come from a JSON file, which is named when it is no such file', () => {
    const path = join(cwd, 'parameters.json');
    writeFileSync(path, '{"a": [1]}');
    expect(readParameters(path)).toEqual({ a: [1] });
    writeFileSync(path, '[1]');
    expect(() => readParameters(path)).toThrow(`${path}: expected a JSON file with parameters, found: expected an object of values by name`);
    expect(() => readParameters(join(cwd, 'none.json'))).toThrow('none.json');
  });
});
