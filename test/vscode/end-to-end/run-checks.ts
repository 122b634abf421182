import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Bench } from './bench.js';
import { eventually } from './workbench.js';
import { savedCells } from './workspace.js';

/** Running cells: what is shown, in which order, what a failure does and where it leads. */
export async function checkRuns({ workbench, workspace, pictures, check }: Bench): Promise<void> {
  const { page } = workbench;
  await workbench.openNotebook('run.ipynb');

  await check('a notebook made for tslab is run, with a notice', async () => {
    await page.locator('.notification-toast', { hasText: 'made for the kernel "tslab"' }).waitFor();
    await page.locator('.notebook-toolbar-container', { hasText: 'TypeScript (binvit)' }).waitFor();
    await workbench.command('Notifications: Clear All Notifications');
  });

  await check('rows 15 and 41: Run All shows results and streams, and stops at the first cell that fails', async () => {
    await workbench.button('Run All').click();
    await workbench.ended(2);
    await workbench.output('[ 30, 10, 40, 10, 50 ]');
    await workbench.output('to stdout');
    await workbench.output('to stderr');
    await workbench.output('RangeError: no 5');
    const orders = await page.locator('.notebook-editor .code-cell-row .execution-count-label').allInnerTexts();
    assert.deepEqual(orders.map(text => text.trim()), ['[1]', '[2]', '[3]', '[ ]']);
  });

  await check('row 16: the place of an error leads to the line of the cell', async () => {
    const error = await workbench.output('RangeError: no 5');
    await error.locator('a', { hasText: 'Cell [3]:2:' }).first().click();
    await eventually(async () => {
      const cursor = await workbench.cell(2).locator('.cursors-layer .cursor').boundingBox();
      const line = await workbench.cell(2).locator('.view-line', { hasText: 'throw new' }).boundingBox();
      assert(cursor !== null && line !== null && Math.abs(cursor.y - line.y) < 3);
    });
    await page.screenshot({ path: join(pictures, 'run.png') });
  });

  await check('row 40: the variables of the session are listed', async () => {
    await workbench.command('Explorer: Focus on Notebook Variables View');
    await page.locator('.pane .monaco-list-row', { hasText: 'values' }).filter({ hasText: '30, 10, 40' }).waitFor();
  });

  await check('the saved file keeps results as results, and a traceback without links', async () => {
    await workbench.command('File: Save');
    await eventually(() => {
      const cells = savedCells(workspace, 'run');
      assert.deepEqual(cells.map(({ outputs }) => outputs.map(output => output.output_type)), [['execute_result'], ['stream', 'stream', 'execute_result'], ['error'], []]);
      assert.deepEqual(cells.map(cell => cell.execution_count), [1, 2, 3, null]);
      const traceback = cells[2]!.outputs[0]!.traceback!.join('\n');
      assert.match(traceback, /Cell \[3\]:2:/);
      assert.doesNotMatch(traceback, /<a/);
      return Promise.resolve();
    });
  });
}
