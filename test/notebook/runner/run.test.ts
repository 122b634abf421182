import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkNotebook, formatNotebook, runNotebook, type CodeCell, type Notebook, type RunOptions } from '../../../src/notebook/runner/index.js';
import { codeCell, notebookOf, shownBy } from './cells.js';

const cwd = mkdtempSync(join(tmpdir(), 'binvit-run-'));
afterAll(() => { rmSync(cwd, { recursive: true }); });

/** Without the check of types where they do not matter: it takes longer to start than all else. */
const run = (notebook: Notebook, options: Partial<RunOptions> = {}) => runNotebook(notebook, { cwd, typeCheck: 'off', ...options });
const check = (notebook: Notebook) => checkNotebook(notebook, { cwd, typeCheck: 'off' });

describe('runNotebook', () => {
  it('runs cells in order from the notebook\'s folder, and leaves the given notebook as it is', async () => {
    writeFileSync(join(cwd, 'local.ts'), 'export const two = 2;');
    const input = notebookOf('import { two } from "./local";\nconsole.log("a"); console.error("b"); two', '', { ...codeCell('two + 1'), execution_count: 9 });
    const before = structuredClone(input);
    const { notebook, status, failure } = await run(input, { typeCheck: 'error' });
    expect(status).toBe('ok');
    expect(failure).toBeNull();
    expect(input).toEqual(before);
    expect(shownBy(notebook)).toEqual([['a\n', 'b\n', '2'], [], ['3']]);
    expect(notebook.cells.map(cell => (cell as CodeCell).execution_count)).toEqual([1, null, 2]);
    expect(notebook.metadata).toMatchObject({ kernelspec: { name: 'binvit', language: 'typescript' }, language_info: { name: 'typescript', file_extension: '.ts' } });
  });

  it('stores what cells display, and nothing for the handle that a last call of display gives', async () => {
    const { notebook } = await run(notebookOf('const bar = display("0 %")', 'display({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>x</b>", "text/plain": "x" }) })', 'bar.update("100 %")'));
    expect(shownBy(notebook)).toEqual([["'100 %'"], ['x'], []]);
  });

  it('row 17: keeps every line that a cell prints, in order', async () => {
    expect(shownBy((await run(notebookOf('for (let i = 0; i < 5; i++) console.log(i)'))).notebook)).toEqual([['0\n1\n2\n3\n4\n']]);
  });

  it('gives the same file whenever it runs', async () => {
    const input = notebookOf('console.log([1, 2]); ({ a: 1 })', 'throw new Error("x")');
    const files = [await run(input), await run(input)].map(({ notebook }) => formatNotebook(notebook));
    expect(files[0]).toBe(files[1]);
  });

  it('row 41: stops at a cell that fails: its error is stored, cells after it have neither run nor outputs', async () => {
    const last = { ...codeCell('console.log(2)'), outputs: [{ output_type: 'stream' as const, name: 'stdout', text: 'old' }], execution_count: 7 };
    const { notebook, status, failure } = await run(notebookOf('1', 'console.log("before");\nthrow new RangeError("x")', last));
    expect(status).toBe('failed');
    expect(failure).toMatchObject({ number: 2, error: { kind: 'thrown', name: 'RangeError', message: 'x' } });
    expect(shownBy(notebook)).toEqual([['1'], ['before\n', 'RangeError: x'], []]);
    expect((notebook.cells[1] as CodeCell).outputs[1]).toMatchObject({ traceback: expect.arrayContaining([expect.stringContaining('2:7')]) as string[] });
    expect((notebook.cells[2] as CodeCell).execution_count).toBeNull();
  });

  it('goes on after a cell that may raise, and after every cell with allowErrors', async () => {
    const cells = [codeCell('throw new Error("x")', ['raises-exception']), codeCell('1', ['raises-exception']), 'throw 5', '2'] as const;
    expect(await run(notebookOf(...cells))).toMatchObject({ status: 'failed', failure: { number: 3 } });
    const { status, failure, notebook } = await run(notebookOf(...cells), { allowErrors: true });
    expect(status).toBe('ok');
    expect(failure).toBeNull();
    expect(shownBy(notebook)[3]).toEqual(['2']);
  });

  it('stops before a cell whose types are wrong, unless they are only told or not looked at', async () => {
    const input = notebookOf('const n: number = "text";\nn');
    const [refused, warned, unchecked] = [await run(input, { typeCheck: 'error' }), await run(input, { typeCheck: 'warn' }), await run(input)];
    expect(refused).toMatchObject({ status: 'failed', failure: { error: { kind: 'type', diagnostics: [{ code: 2322, range: { line: 1, column: 7 } }] } } });
    expect(warned.status).toBe('ok');
    expect(shownBy(warned.notebook)[0]).toEqual([expect.stringContaining('TS2322'), "'text'"]);
    expect(shownBy(unchecked.notebook)).toEqual([["'text'"]]);
  });

  it('interrupts a cell that takes too long, which has then failed', async () => {
    const { notebook, status, failure } = await run(notebookOf('console.log("in");\nwhile (true) {}', '1'), { timeoutMs: 2500 });
    expect(status).toBe('failed');
    expect(failure?.error).toMatchObject({ kind: 'interrupted', name: 'TimeoutError', message: expect.stringMatching(/^the cell ran longer than 2.5 s; the cell was interrupted/) as string });
    expect(shownBy(notebook)).toEqual([['in\n', expect.stringMatching(/^TimeoutError: the cell ran longer than 2.5 s; /)], []]);
  });

  it('ends when it is told to, and keeps what was shown', async () => {
    const stop = new AbortController();
    const saved: string[] = [];
    const started = join(cwd, 'started');
    const watch = setInterval(() => { if (existsSync(started)) stop.abort(); }, 50);
    const { status, notebook } = await run(notebookOf('console.log("in");\nrequire("fs").writeFileSync("started", "");\nawait new Promise(() => {})', '1'), {
      signal: stop.signal, save: state => { saved.push(formatNotebook(state)); },
    });
    clearInterval(watch);
    expect(status).toBe('interrupted');
    expect(shownBy(notebook)[0]![0]).toBe('in\n');
    expect(saved.at(-1)).toBe(formatNotebook(notebook));
    expect((await run(notebookOf('1'), { signal: stop.signal })).status).toBe('interrupted');
  });

  it('reports a crash as the error of its cell', async () => {
    const { status, failure } = await run(notebookOf('process.exit(3)', '1'));
    expect(status).toBe('failed');
    expect(failure).toMatchObject({ number: 1, error: { kind: 'crashed' } });
  });

  it('saves before the first cell, after every cell, and tells each cell\'s turn', async () => {
    const saved: string[][][] = [];
    const turns: (readonly [string, number, number])[] = [];
    await run(notebookOf('1', ' \n', '2'), {
      save: state => { saved.push(shownBy(structuredClone(state))); },
      onStart: ({ cell, number, of }) => { turns.push([cell.source, number, of]); },
    });
    expect(saved.slice(0, 3)).toEqual([[[], [], []], [['1'], [], []], [['1'], [], ['2']]]);
    expect(turns).toEqual([['1', 1, 2], ['2', 2, 2]]);
  });

  it('writes times only when asked', async () => {
    const timed = { ...codeCell('1'), metadata: { execution: { 'iopub.execute_input': 'old' } } };
    const [plain, recorded] = [await run(notebookOf(timed)), await run(notebookOf(timed), { recordTiming: true })];
    expect(plain.notebook.cells[0]!.metadata).toEqual({});
    expect(recorded.notebook.cells[0]!.metadata['execution']).toEqual({
      'iopub.execute_input': expect.stringMatching(/^20.*Z$/) as string, 'shell.execute_reply': expect.stringMatching(/^20.*Z$/) as string,
    });
  });

  it('checks notebooks of tslab as it does, not strictly, and those of JavaScript not at all', async () => {
    const of = (name: string, ...sources: string[]): Notebook => ({ ...notebookOf(...sources), metadata: { kernelspec: { name, display_name: name, language: 'typescript' } } });
    const checked = { typeCheck: 'error' } as const;
    const loose = 'import * as tslab from "tslab"; let x = { y: null }; tslab.display.text(String(x?.y?.z)); function f(a) { return a }';
    expect((await run(of('tslab', loose), checked)).status).toBe('ok');
    expect((await run(of('binvit', loose), checked)).failure?.error.kind).toBe('type');
    expect((await run(of('tslab', "let x: number = 'tslab'"), checked)).failure?.error.kind).toBe('type');
    expect((await run(of('jslab', "let x = 1; x = 'text'; void x.nope"), checked)).status).toBe('ok');
  });

  it('takes notebooks of other JavaScript kernels as they are, and refuses other languages', async () => {
    const tslab = { ...notebookOf('1 + 1'), metadata: { kernelspec: { name: 'tslab', display_name: 'TypeScript', language: 'typescript' }, language_info: { name: 'typescript', version: '3.7' } } };
    expect((await run(tslab)).notebook.metadata).toEqual(tslab.metadata);
    const deno = { ...notebookOf('const n: number = "text";\nn'), metadata: { kernelspec: { name: 'deno', display_name: 'Deno', language: 'typescript' } } };
    const warnings: string[] = [];
    expect((await runNotebook(deno, { cwd, onWarning: sentence => { warnings.push(sentence); } })).status).toBe('ok');
    expect(warnings).toEqual([expect.stringContaining('checks no types')]);
    const python = { ...notebookOf('1'), metadata: { language_info: { name: 'python' } } };
    await expect(run(python)).rejects.toThrow('metadata.language_info: expected a notebook of TypeScript or JavaScript, found python');
  });
});

describe('checkNotebook', () => {
  it('names the cells whose outputs differ, and what differs', async () => {
    const { notebook } = await run(notebookOf('console.log("a\\nb")', '[1, 2]', codeCell('1', ['volatile']), '2', '({})'));
    expect(await check(notebook)).toEqual([]);
    const [printed, list, volatile, silent] = notebook.cells as [CodeCell, CodeCell, CodeCell, CodeCell];
    printed.source = 'console.log("a\\nc")';
    list.source = 'console.error("[ 1, 2 ]")';
    volatile.source = '7';
    silent.source = '2;\nundefined';
    expect((await check(notebook)).map(({ number, difference }) => [number, difference])).toEqual([
      [1, 'output 1, text: line 2: expected "b", found "c"'], [2, 'output 1: expected execute_result, found stderr'], [4, 'output 1: expected execute_result, found none'],
    ]);
  });

  it('ends with a cell that fails', async () => {
    const mismatches = await check(notebookOf('console.log(1)', 'throw new Error("x")', 'console.log(2)'));
    expect(mismatches.map(({ number, difference }) => [number, difference])).toEqual([[1, 'output 1: expected none, found stdout'], [2, 'the cell fails: Error: x']]);
  });
});
