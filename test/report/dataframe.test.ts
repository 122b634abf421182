import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatTable } from '../../src/io/index.js';
import { cellsTable } from '../../src/report/table.js';
import { sampleReport } from './sample.js';

describe('formatTable', () => {
  it('prints a dash, not 0, for the interval of one seed', async () => {
    expect(await formatTable(cellsTable(sampleReport().cells))).toContain('90.0 \u00b1 \u2013');
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
