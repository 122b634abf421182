import type * as vscode from 'vscode';
import { describe, expect, it, vi } from 'vitest';
import type { OutputEvent } from '../../src/notebook/index.js';
import { Kernel } from '../../vscode/src/kernel.js';
import { fakeSession, type CellScript } from './fake-session.js';
import { FakeExecution, FakeNotebook, type FakeCell } from './fake-vscode.js';

vi.mock('vscode', async () => (await import('./fake-vscode.js')).fakeVscode);

const print = (text: string): OutputEvent => ({ type: 'stream', name: 'stdout', text });
const show = (text: string, displayId: string | null = null): OutputEvent =>
  ({ type: 'display', data: { 'text/plain': text }, metadata: {}, displayId });
const update = (text: string, displayId: string): OutputEvent => ({ type: 'update', data: { 'text/plain': text }, metadata: {}, displayId });

interface Bench {
  readonly cells: readonly FakeCell[];
  readonly kernel: Kernel;
  readonly run: (...indices: number[]) => Promise<void>;
}

function bench(scripts: Readonly<Record<string, CellScript>>): Bench {
  const notebook = new FakeNotebook(Object.keys(scripts));
  const controller = { createNotebookCellExecution: (cell: FakeCell) => new FakeExecution(cell) };
  const kernel = new Kernel(
    notebook as unknown as vscode.NotebookDocument, controller as unknown as vscode.NotebookController, () => fakeSession(scripts));
  return {
    kernel, cells: notebook.cells,
    run: (...indices) => kernel.run(indices.map(index => notebook.cells[index] as unknown as vscode.NotebookCell)),
  };
}

describe('a kernel in the editor', () => {
  it('writes outputs in the order in which they were shown, and joins text of one stream', async () => {
    const { cells, run } = bench({
      a: ({ output }) => {
        for (let i = 0; i < 100; i++) output(print(`${i}\n`));
        output(show('figure'));
        output(print('end\n'));
        output({ type: 'stream', name: 'stderr', text: 'warning\n' });
        output({ type: 'result', data: { 'text/plain': '42' }, metadata: {} });
      },
    });
    await run(0);
    expect(cells[0]!.shown).toEqual([Array.from({ length: 100 }, (_, i) => `${i}\n`).join(''), 'figure', 'end\n', 'warning\n', '42']);
    expect(cells[0]!.outputs.at(-1)!.metadata).toEqual({ outputType: 'execute_result', metadata: {}, executionCount: 1 });
  });

  it('stops the queue at the first cell that fails, and leaves the rest unrun', async () => {
    const ran: string[] = [];
    const { cells, run } = bench({
      a: () => { ran.push('a'); }, b: () => { throw new TypeError('no'); }, c: () => { ran.push('c'); },
    });
    await run(0, 1, 2);
    expect(ran).toEqual(['a']);
    expect(cells.map(({ runs }) => runs)).toEqual([[true], [false], [undefined]]);
    expect(JSON.parse(cells[1]!.shown[0]!)).toEqual({ name: 'TypeError', message: 'no', stack: 'TypeError: no' });
  });

  it('updates every display of an id, also from a later cell', async () => {
    const { cells, run } = bench({
      a: ({ output }) => { output(show('0 %', 'bar')); output(print('between')); output(show('0 %', 'bar')); },
      b: ({ output }) => { output(update('100 %', 'bar')); output(update('lost', 'unknown')); },
    });
    await run(0, 1);
    expect(cells[0]!.shown).toEqual(['100 %', 'between', '100 %']);
    expect(cells[0]!.outputs[0]!.metadata).toEqual({ outputType: 'display_data', metadata: {}, transient: { display_id: 'bar' } });
    expect(cells[1]!.shown).toEqual([]);
  });

  it('clears at once, or with the next output', async () => {
    const { cells, run } = bench({
      now: ({ output }) => { output(print('old')); output({ type: 'clear', wait: false }); },
      wait: ({ output }) => { output(print('old')); output({ type: 'clear', wait: true }); output(print('new')); output(print('er')); },
      never: ({ output }) => { output(print('old')); output({ type: 'clear', wait: true }); },
    });
    await run(0, 1, 2);
    expect(cells.map(({ shown }) => shown)).toEqual([[], ['newer'], ['old']]);
  });

  it('shows what a cell prints after its end, with the marks of its run', async () => {
    let output: (event: OutputEvent) => void = () => undefined;
    const { cells, run } = bench({ a: options => { output = options.output; } });
    await run(0);
    output(print('late'));
    await vi.waitFor(() => { expect(cells[0]!.runs).toEqual([true, true]); });
    expect(cells[0]!.shown).toEqual(['late']);
  });

  it('drops what an earlier run of the cell still prints', async () => {
    const outputs: ((event: OutputEvent) => void)[] = [];
    const { cells, run } = bench({ a: ({ output }) => { outputs.push(output); output(print(`run ${outputs.length}`)); } });
    await run(0);
    outputs[0]!(print(', late'));
    await run(0);
    outputs[0]!(print(', too late'));
    outputs[1]!(print(', late'));
    await vi.waitFor(() => { expect(cells[0]!.shown).toEqual(['run 2, late']); });
  });

  it('passes the answer of the input box to the cell', async () => {
    const answers: string[] = [];
    const { run } = bench({ a: async ({ input }) => { answers.push(await input!({ prompt: 'name?', password: false }, new AbortController().signal)); } });
    await run(0);
    expect(answers).toEqual(['answer']);
  });
});
