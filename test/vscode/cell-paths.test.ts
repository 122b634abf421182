import { describe, expect, it } from 'vitest';
import { cellPath, renameCells } from '../../vscode/src/debug/cell-paths.js';

const cells = [0, 1].map(index => ({ uri: `vscode-notebook-cell:/a/b.ipynb#C${index}`, path: cellPath('/a/b.ipynb', `C${index}`, 'ts'), name: `cell ${index + 1}` }));

describe('names of cells between editor and debugger', () => {
  it('are those of files beside the notebook', () => {
    expect(cellPath('/a/b.ipynb', 'W0sZmlsZQ==', 'tsx')).toBe('/a/b.ipynb.W0sZmlsZQ.tsx');
  });

  it('change in breakpoints that the editor sets', () => {
    const message = { command: 'setBreakpoints', arguments: { source: { path: cells[1]!.uri, name: 'b.ipynb' }, breakpoints: [{ line: 2 }] } };
    renameCells(message, cells, 'path');
    expect(message.arguments.source.path).toBe('/a/b.ipynb.C1.ts');
  });

  it('change in every frame of a stack, which then opens the cell and no copy', () => {
    const frame = (path: string): object => ({ line: 3, source: { path, sourceReference: 17 } });
    const message = { body: { stackFrames: [frame(cells[0]!.path), frame('/a/file.ts')] } };
    renameCells(message, cells, 'uri');
    expect(message.body.stackFrames).toEqual([{ line: 3, source: { path: cells[0]!.uri, name: 'cell 1', sourceReference: 0 } }, frame('/a/file.ts')]);
  });
});
