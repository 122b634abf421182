import { expect, it } from 'vitest';
import { CellOutputs } from '../../../src/notebook/runner/run/cell-outputs.js';
import { codeCell } from './cells.js';

const display = (text: string, displayId: string | null = null) => ({ type: 'display', data: { 'text/plain': text }, metadata: {}, displayId }) as const;
const stream = (text: string, name: 'stdout' | 'stderr' = 'stdout') => ({ type: 'stream', name, text }) as const;

it('joins neighbouring text of one stream, and keeps carriage returns', () => {
  const [outputs, cell] = [new CellOutputs(), codeCell('')];
  for (const event of [stream('a\r'), stream('b\n'), stream('e', 'stderr'), stream('c'), display('d'), stream('f')]) outputs.add(cell, event);
  expect(cell.outputs).toEqual([
    { output_type: 'stream', name: 'stdout', text: 'a\rb\n' }, { output_type: 'stream', name: 'stderr', text: 'e' },
    { output_type: 'stream', name: 'stdout', text: 'c' }, { output_type: 'display_data', data: { 'text/plain': 'd' }, metadata: {} },
    { output_type: 'stream', name: 'stdout', text: 'f' },
  ]);
});

it('updates every display of an id, also those of earlier cells, and no other', () => {
  const [outputs, first, second] = [new CellOutputs(), codeCell(''), codeCell('')];
  outputs.add(first, display('0 %', 'bar'));
  outputs.add(first, display('other', 'x'));
  outputs.add(second, display('0 %', 'bar'));
  outputs.add(second, { type: 'update', data: { 'text/plain': '100 %' }, metadata: { a: 1 }, displayId: 'bar' });
  outputs.add(second, { type: 'update', data: { 'text/plain': 'lost' }, metadata: {}, displayId: 'unknown' });
  const done = { output_type: 'display_data', data: { 'text/plain': '100 %' }, metadata: { a: 1 } };
  expect(first.outputs).toEqual([done, { output_type: 'display_data', data: { 'text/plain': 'other' }, metadata: {} }]);
  expect(second.outputs).toEqual([done]);
});

it('clears at once, or when the next output comes', () => {
  const [outputs, cell] = [new CellOutputs(), codeCell('')];
  outputs.add(cell, stream('a'));
  outputs.add(cell, { type: 'clear', wait: false });
  expect(cell.outputs).toEqual([]);
  outputs.add(cell, stream('b'));
  outputs.add(cell, { type: 'clear', wait: true });
  expect(cell.outputs).toHaveLength(1);
  outputs.add(cell, stream('c'));
  expect(cell.outputs).toEqual([{ output_type: 'stream', name: 'stdout', text: 'c' }]);
});
