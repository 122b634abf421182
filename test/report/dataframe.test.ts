import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatTable, frameOf } from '../../src/report/dataframe.js';
import { cellsTable, toCsv, type Table } from '../../src/report/table.js';
import { sampleReport } from './sample.js';

const table: Table = {
  columns: [{ name: 'id', kind: 'text' }, { name: 'accuracy', kind: 'number' }, { name: 'reason', kind: 'text' }],
  rows: [['007', 0.5, null], ['1e5', null, 'a, "b"\nc']],
};

describe('frameOf', () => {
  it('is a danfojs DataFrame in which ids stay text and missing values stay missing', async () => {
    const frame = await frameOf(table);
    expect(frame.constructor.name).toBe('DataFrame');
    expect(frame.columns).toEqual(['id', 'accuracy', 'reason']);
    expect(frame.dtypes).toEqual(['string', 'float32', 'string']);
    expect(frame.values).toEqual([['007', 0.5, null], ['1e5', null, 'a, "b"\nc']]);
  });

  it('holds a table without rows', async () => {
    expect((await frameOf({ ...table, rows: [] })).shape).toEqual([0, 3]);
  });
});

describe('formatTable', () => {
  it('prints every row, however many there are', async () => {
    const rows = Array.from({ length: 40 }, (_, index) => [`run ${index}`, index, null]);
    const text = await formatTable({ ...table, rows });
    for (const [id] of rows) expect(text).toContain(id);
  });

  it('prints a dash, not 0, for the interval of one seed', async () => {
    expect(await formatTable(cellsTable(sampleReport().cells))).toContain('90.0 \u00b1 \u2013');
  });
});

describe('toCsv', () => {
  it('quotes what would break a row and leaves a missing value empty', () => {
    expect(toCsv(table)).toBe('id,accuracy,reason\n007,0.5,\n1e5,,"a, ""b""\nc"\n');
  });
});

describe('the installed packages', () => {
  it('hold one tfjs-core: two copies would not know each other\'s tensors', () => {
    const copies: string[] = [];
    const search = (folder: string): void => {
      for (const entry of existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []) {
        const path = join(folder, entry.name);
        if (!entry.isDirectory()) continue;
        if (path.endsWith(join('@tensorflow', 'tfjs-core'))) copies.push(path);
        if (entry.name.startsWith('@')) search(path);
        else search(join(path, 'node_modules'));
      }
    };
    search('node_modules');
    expect(copies).toEqual([join('node_modules', '@tensorflow', 'tfjs-core')]);
  });
});
