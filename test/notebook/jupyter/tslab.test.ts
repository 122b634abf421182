import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { cellTags, readNotebook, type Cell } from '../../../src/notebook/runner/index.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { startKernel } from './client.js';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const own = readdirSync(`${repository}notebooks`).filter(name => name.endsWith('.ipynb'));
const folder = temporaryFolder();
const tslab = [process.execPath, `${repository}node_modules/tslab/bin/tslab`, 'kernel', '--config-path={connection_file}'];

/** A notebook of a user of tslab who takes the display functions of binvit. */
const cells = [
  'import { display, html, show } from "binvit/notebook";',
  'display(html("<b>bold</b>"));',
  'show([{ y: [1, 2] }]);',
  'import * as tslab from "tslab";\ntslab.display.markdown("*text*");',
];

beforeAll(() => {
  // The folder of a user who has installed both packages.
  cpSync(`${repository}notebooks`, folder.path('notebooks'), { recursive: true });
  mkdirSync(folder.path('notebooks/node_modules'));
  for (const name of ['data', 'docs']) symlinkSync(`${repository}${name}`, folder.path(name), 'dir');
  symlinkSync(repository, folder.path('notebooks/node_modules/binvit'), 'dir');
  for (const name of ['tslab', '@tensorflow']) symlinkSync(`${repository}node_modules/${name}`, folder.path(`notebooks/node_modules/${name}`), 'dir');
  writeFileSync(folder.path('notebooks/written-by-the-test.ipynb'), JSON.stringify({
    nbformat: 4, nbformat_minor: 5, metadata: {},
    cells: cells.map((source, index) => ({ id: `cell-${index}`, cell_type: 'code', metadata: {}, source, outputs: [], execution_count: null })),
  }));
});

/** What trains is told by parameter to do so for a moment only. */
const briefly = (source: string): string => source.replace(/^const steps = \d+;$/m, 'const steps = 10;');
const mayFail = (cell: Cell): boolean => cellTags(cell).includes('raises-exception');

it.each([...own, 'written-by-the-test.ipynb'])('%s runs under the real tslab kernel', async name => {
  const { cells: all } = readNotebook(folder.path(`notebooks/${name}`));
  const kernel = await startKernel(tslab, { cwd: folder.path('notebooks') });
  try {
    for (const cell of all) {
      if (cell.cell_type !== 'code' || cell.source.trim() === '') continue;
      const { reply, iopub } = kernel.client.submit(briefly(cell.source));
      const { content } = await reply;
      if (!mayFail(cell)) expect(content.status, [cell.source, ...iopub.map(message => JSON.stringify(message.content))].join('\n')).toBe('ok');
    }
  } finally {
    await kernel.stop();
  }
});
