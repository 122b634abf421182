import { describe, expect, it } from 'vitest';
import type { CellError, ErrorFrame } from '../../src/notebook/index.js';
import { linkedTraceback } from '../../vscode/src/traceback.js';

const cell = { id: 'vscode-notebook-cell:/a.ipynb#C1', name: 'Cell [3]' };
const inCell = (line: number, column: number): ErrorFrame =>
  ({ function: null, cell, file: null, line, column });
const error = (frames: readonly ErrorFrame[], traceback: readonly string[], cause: CellError | null = null): CellError =>
  ({ kind: 'thrown', name: 'Error', message: 'no', frames, traceback, cause, errors: [], diagnostics: [] });

describe('places in a traceback', () => {
  it('in a cell lead to its line', () => {
    expect(linkedTraceback(error([inCell(4, 7)], ['Error: no', '    at f (Cell [3]:4:7)']), cell))
      .toBe("Error: no\n    at f (<a href='vscode-notebook-cell:/a.ipynb#C1?line=3'>Cell [3]:4:7</a>)");
  });

  it('in a file lead to line and column', () => {
    const frame = { function: 'f', cell: null, file: '/b/it\'s.ts', line: 2, column: 5 };
    expect(linkedTraceback(error([frame], ['    at f (/b/it\'s.ts:2:5)']), cell)).toBe("    at f (<a href='/b/it%27s.ts:2:5'>/b/it's.ts:2:5</a>)");
  });

  it('of causes are links too, and one place is not taken for the beginning of another', () => {
    const cause = error([inCell(1, 23)], []);
    expect(linkedTraceback(error([inCell(1, 2)], ['Cell [3]:1:2', 'Cell [3]:1:23'], cause), cell).split('\n').map(line => line.replace(/<.*?>/g, '')))
      .toEqual(['Cell [3]:1:2', 'Cell [3]:1:23']);
    expect(linkedTraceback(error([inCell(1, 2)], ['Cell [3]:1:23'], cause), cell)).toContain('>Cell [3]:1:23</a>');
  });

  it('that the type checker names are links too', () => {
    const range = { line: 2, column: 3, endLine: 2, endColumn: 5 };
    const refused = { ...error([], ['Cell [3]:2:3 - error TS1: no']), diagnostics: [{ severity: 'error', code: 1, message: 'no', range, file: null }] as const };
    expect(linkedTraceback(refused, cell)).toBe("<a href='vscode-notebook-cell:/a.ipynb#C1?line=1'>Cell [3]:2:3</a> - error TS1: no");
  });
});
