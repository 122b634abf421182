import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { resultOf, sessionOfTest } from '../session/session-of-test.js';

const { run } = sessionOfTest({ figurePictures: true });

describe('display in cells', () => {
  it('a display is replaced by its handle, and by its id from a later cell', async () => {
    const first = await run('const shown = display("a", { id: "place" }); shown.update("b")');
    const second = await run('display("c", { id: "place", update: true }); clear({ wait: true })');
    expect(first.events).toMatchObject([{ type: 'display', displayId: 'place' }, { type: 'update', displayId: 'place', data: { 'text/plain': "'b'" } }]);
    expect(second.events).toMatchObject([{ type: 'update', displayId: 'place', data: { 'text/plain': "'c'" } }, { type: 'clear', wait: true }]);
  });

  it('row 11: show() displays a figure at once and adds its picture before the cell ends, as a result does', async () => {
    const { events } = await run('show([{ y: [1, 2] }])\nshow([{ y: [2, 1] }]); ({ data: [{ y: [3] }], layout: {} })');
    const pictures = events.filter(event => event.type === 'update' && 'image/svg+xml' in event.data);
    expect(events.filter(event => event.type === 'display')).toHaveLength(2);
    expect(pictures).toHaveLength(2);
    expect(Object.keys(resultOf(events)!).sort()).toEqual(['application/vnd.plotly.v1+json', 'image/svg+xml', 'text/plain']);
  });

  it('row 42: a frame as the last value is a table in HTML and text, and its print is text', async () => {
    const danfojs = createRequire(import.meta.url).resolve('danfojs-node');
    const made = await run(`const { DataFrame } = require(${JSON.stringify(danfojs)}); const frame = new DataFrame({ a: [1] }); frame`);
    expect(resultOf(made.events)).toMatchObject({ 'text/html': expect.stringContaining('<td>1</td>') as string, 'text/plain': '   a\n0  1\n\n1 row × 1 column' });
    const printed = await run('frame.print()');
    expect(printed.events.map(({ type }) => type)).toEqual(['stream']);
    expect(printed.text).toMatch(/a[^]*0[^]*1/);
  });

  it('progress keeps one place', async () => {
    const { events } = await run('for (const item of progress([1, 2, 3], "items")) item');
    expect(events[0]).toMatchObject({ type: 'display' });
    expect(events.at(-1)).toMatchObject({ type: 'update', data: { 'text/plain': expect.stringMatching(/^items {2}3\/3/) as string } });
  });
});

describe('display elsewhere', () => {
  it('in a plain program prints text, and progress as lines', () => {
    const module = new URL('../../../dist/notebook/index.js', import.meta.url).href;
    const program = `import { display, progress, show } from ${JSON.stringify(module)};
      display({ a: 1 }); show([{ y: [1] }]); for (const i of progress(Array.from({ length: 100 }, (_, i) => i))) i;`;
    const lines = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }).stdout.trim().split('\n');
    expect(lines.slice(0, 2)).toEqual(['{ a: 1 }', 'figure: 1 trace (scatter)']);
    expect(lines.slice(2).map(line => line.split('/')[0])).toEqual(['10', '20', '30', '40', '50', '60', '70', '80', '90', '100']);
  });
});
