import assert from 'node:assert/strict';
import type { Bench } from './bench.js';
import { eventually } from './workbench.js';

/** The extension does nothing before the user trusts the folder. Leaves the folder trusted. */
export async function checkTrust({ workbench, check }: Bench): Promise<void> {
  const { page } = workbench;
  await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'run.ipynb' }).waitFor({ timeout: 60_000 });

  await check('in a folder that is not trusted the extension is off, and the editor says why', async () => {
    await workbench.command('View: Show Extensions');
    const entry = page.locator('.extensions-list .monaco-list-row, .extension-list-item', { hasText: 'binvit Notebooks' }).first();
    await entry.waitFor();
    await entry.click();
    const editor = page.locator('.extension-editor');
    await editor.getByText('A cell runs as a program on your machine').waitFor();
    assert.equal(await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).count(), 1);
  });

  await check('in a trusted folder it is on', async () => {
    await workbench.command('Workspaces: Manage Workspace Trust');
    await page.locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ }).click();
    await eventually(async () => { assert.equal(await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).count(), 0); });
    await workbench.command('View: Show Explorer');
    await workbench.openNotebook('debug.ipynb');
    await workbench.button('Restart').waitFor();
  });
}
