import type * as vscode from 'vscode';
import { describe, expect, it, vi } from 'vitest';
import type { MimeBundle, OutputEvent, SessionOptions } from '../../src/notebook/index.js';
import { FigurePictures } from '../../vscode/src/figure-pictures.js';
import { Kernel } from '../../vscode/src/kernel.js';
import { fakeSession, type CellScript } from './fake-session.js';
import { FakeExecution, FakeNotebook, FakeRenderer, type FakeCell } from './fake-vscode.js';

vi.mock('vscode', async () => (await import('./fake-vscode.js')).fakeVscode);

const print = (text: string): OutputEvent => ({ type: 'stream', name: 'stdout', text });
const show = (text: string, displayId: string | null = null): OutputEvent =>
  ({ type: 'display', data: { 'text/plain': text }, metadata: {}, displayId });
const update = (text: string, displayId: string): OutputEvent => ({ type: 'update', data: { 'text/plain': text }, metadata: {}, displayId });

interface Bench {
  readonly cells: readonly FakeCell[];
  readonly kernel: Kernel;
  readonly renderer: FakeRenderer;
  /** Resolves when the editor would write the file. */
  readonly save: () => Promise<void>;
  readonly run: (...indices: number[]) => Promise<void>;
}

function bench(scripts: Readonly<Record<string, CellScript>>): Bench {
  const notebook = new FakeNotebook(Object.keys(scripts));
  const controller = { createNotebookCellExecution: (cell: FakeCell) => new FakeExecution(cell) };
  const renderer = new FakeRenderer({ notebook });
  const pictures = new FigurePictures(renderer.messaging as unknown as vscode.NotebookRendererMessaging);
  const document = notebook as unknown as vscode.NotebookDocument;
  const kernel = new Kernel(document, controller as unknown as vscode.NotebookController, pictures, () => fakeSession(scripts));
  return {
    kernel, renderer, cells: notebook.cells, save: () => pictures.settle(document),
    run: (...indices) => kernel.run(indices.map(index => notebook.cells[index] as unknown as vscode.NotebookCell)),
  };
}

describe('a kernel in the editor', () => {
  it('row 17: writes outputs in the order in which they were shown, and joins text of one stream', async () => {
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
    await vi.waitFor(() => { expect(cells[0]!.runs).toEqual([true, true]); }, 10_000);
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
    await vi.waitFor(() => { expect(cells[0]!.shown).toEqual(['run 2, late']); }, 10_000);
  });

  it('passes the answer of the input box to the cell', async () => {
    const answers: string[] = [];
    const { run } = bench({ a: async ({ input }) => { answers.push(await input!({ prompt: 'name?', password: false }, new AbortController().signal)); } });
    await run(0);
    expect(answers).toEqual(['answer']);
  });
});

describe('the session of a notebook', () => {
  it.each([
    { name: 'binvit', typeCheck: 'error', strict: true },
    { name: 'tslab', typeCheck: 'error', strict: false },
    { name: 'deno', typeCheck: 'warn', strict: true },
  ])('made for $name checks types as its kernel does', async ({ name, typeCheck, strict }) => {
    const notebook = Object.assign(new FakeNotebook(['a']), { metadata: { metadata: { kernelspec: { name, language: 'typescript' } } } });
    const seen: SessionOptions[] = [];
    const pictures = new FigurePictures(new FakeRenderer({ notebook }).messaging as unknown as vscode.NotebookRendererMessaging);
    const kernel = new Kernel(notebook as unknown as vscode.NotebookDocument, {} as vscode.NotebookController, pictures, options => {
      seen.push(options);
      return fakeSession({});
    });
    await kernel.session();
    expect(seen).toMatchObject([{ typeCheck, strict }]);
    await kernel.close();
  });
});

describe('the picture of a figure', () => {
  const figure = (title: string): MimeBundle => ({ 'application/vnd.plotly.v1+json': { data: [], layout: { title } }, 'text/plain': title });
  const showFigure = (title: string): OutputEvent => ({ type: 'display', data: figure(title), metadata: {}, displayId: 'live' });
  const updateFigure = (title: string): OutputEvent => ({ type: 'update', data: figure(title), metadata: {}, displayId: 'live' });
  const types = (cell: FakeCell): string[][] => cell.outputs.map(({ items }) => items.map(({ mime }) => mime));
  const withPicture = ['application/vnd.plotly.v1+json', 'text/plain', 'image/svg+xml'];
  const withoutPicture = withPicture.slice(0, 2);

  it('is in the output when the cell ends', async () => {
    const { cells, run, renderer } = bench({ a: ({ output }) => { output({ type: 'result', data: figure('one'), metadata: {} }); } });
    renderer.ready();
    const ran = run(0);
    const order = await renderer.order(0);
    expect(JSON.parse(order.figure)).toEqual({ data: [], layout: { title: 'one' } });
    renderer.answer(order.id, '<svg/>');
    await ran;
    expect(types(cells[0]!)).toEqual([withPicture]);
    expect(cells[0]!.shown[0]).toMatch(/<svg\/>$/);
    expect(cells[0]!.runs).toEqual([true]);
  });

  it('of a live figure is drawn of its last state only', async () => {
    const { cells, run, renderer } = bench({
      a: ({ output }) => {
        output(showFigure('0'));
        for (let i = 1; i <= 20; i++) output(updateFigure(`${i}`));
      },
    });
    renderer.ready();
    const ran = run(0);
    const order = await renderer.order(0);
    expect(order.figure).toContain('"20"');
    renderer.answer(order.id, '<svg/>');
    await ran;
    expect(types(cells[0]!)).toEqual([withPicture]);
    expect(renderer.orders).toHaveLength(1);
  });

  it('of a figure that changes after its cell is drawn when it rests', async () => {
    let output: (event: OutputEvent) => void = () => undefined;
    const { cells, run, renderer } = bench({ a: options => { output = options.output; output(showFigure('0')); } });
    await run(0);
    renderer.ready();
    for (let i = 1; i <= 20; i++) output(updateFigure(`${i}`));
    const order = await renderer.order(0);
    expect(order.figure).toContain('"20"');
    renderer.answer(order.id, '<svg/>');
    await vi.waitFor(() => { expect(types(cells[0]!)).toEqual([withPicture]); }, 10_000);
    expect(renderer.orders).toHaveLength(1);
  });

  it('of a figure that was replaced meanwhile is dropped, and the file waits for the new one', async () => {
    let output: (event: OutputEvent) => void = () => undefined;
    const { cells, run, renderer, save } = bench({ a: options => { output = options.output; output(showFigure('old')); } });
    renderer.ready();
    const ran = run(0);
    const old = await renderer.order(0);
    output(updateFigure('new'));
    await ran;
    renderer.answer(old.id, '<svg>old</svg>');
    expect(types(cells[0]!)).toEqual([withoutPicture]);
    const saved = save();
    renderer.answer(renderer.orders[1]!.id, '<svg>new</svg>');
    await saved;
    expect(cells[0]!.shown[0]).toMatch(/<svg>new<\/svg>$/);
  });

  it('waits for the renderer, and the file does not', async () => {
    const { cells, run, renderer, save } = bench({ a: ({ output }) => { output(showFigure('below')); } });
    await run(0);
    await save();
    expect(types(cells[0]!)).toEqual([withoutPicture]);
    renderer.ready();
    const saved = save();
    renderer.answer(renderer.orders[0]!.id, '<svg/>');
    await saved;
    expect(types(cells[0]!)).toEqual([withPicture]);
  });

  it('is left out where the figure cannot be drawn, or takes too long', async () => {
    const { cells, run, renderer } = bench({ a: ({ output }) => { output(showFigure('bad')); }, b: ({ output }) => { output(showFigure('slow')); } });
    renderer.ready();
    const ran = run(0, 1);
    renderer.answer((await renderer.order(0)).id, null);
    await ran;
    expect(cells.flatMap(types)).toEqual([withoutPicture, withoutPicture]);
    expect(renderer.orders).toHaveLength(2);
  });

  it('is not added to the outputs of the next run', async () => {
    let count = 0;
    const { cells, run, renderer } = bench({ a: ({ output }) => { output(count++ === 0 ? showFigure('first') : print('second')); } });
    await run(0);
    renderer.ready();
    const order = await renderer.order(0);
    await run(0);
    renderer.answer(order.id, '<svg/>');
    expect(cells[0]!.shown).toEqual(['second']);
  });
});
