import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Bench } from './bench.js';
import { eventually } from './workbench.js';

/** Debug This Cell: breakpoints stop at the line that was typed, and the session lives on. */
export async function checkDebugger({ workbench, pictures, check }: Bench): Promise<void> {
  const { page } = workbench;
  await workbench.openNotebook('debug.ipynb');

  await check('a breakpoint in a cell is hit at the typed line', async () => {
    await workbench.run(0);
    await workbench.cursorBehind(1, 'return doubled');
    await page.keyboard.press('F9');
    const entry = page.locator('.monaco-menu .action-label', { hasText: 'Debug This Cell' });
    // A menu takes no click in its first moments.
    await eventually(async () => {
      if (!await entry.isVisible()) await workbench.cell(1).locator('.run-button-container .codicon-chevron-down').click();
      await entry.click();
      await entry.waitFor({ state: 'hidden', timeout: 1000 });
    });
    await page.locator('.debug-call-stack .monaco-list-row', { hasText: 'twice' }).waitFor();
    await page.screenshot({ path: join(pictures, 'debug.png') });
    assert.match(await page.locator('.debug-call-stack .monaco-list-row', { hasText: 'twice' }).innerText(), /3:/);
    await page.locator('.debug-variables .monaco-list-row', { hasText: 'doubled' }).filter({ hasText: '42' }).waitFor();
  });

  await check('the cell goes on from the breakpoint, and the session lives on', async () => {
    await page.keyboard.press('F5');
    await workbench.ended(1);
    await workbench.output('43');
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await workbench.run(0);
  });
}
