import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Bench } from './bench.js';

/** A notebook as a reader sees it, and where a newcomer begins. Makes the picture of the README. */
export async function checkTour({ workbench, pictures, check }: Bench): Promise<void> {
  const { page } = workbench;

  await check('the walkthrough offers the notebooks of the project, those in its folder of notebooks first', async () => {
    await workbench.command('Welcome: Open Walkthrough...');
    await workbench.choose('TypeScript notebooks with binvit');
    await page.locator('.getting-started-step', { hasText: 'Open a notebook' }).waitFor();
    await page.screenshot({ path: join(pictures, 'walkthrough.png') });
    await page.locator('.getting-started-step .monaco-button', { hasText: 'Open a notebook' }).click();
    const first = page.locator('.quick-input-list .monaco-list-row').first();
    await first.waitFor();
    assert.match(await first.innerText(), /^notebooks\/tour\.ipynb/);
    await first.click();
    await workbench.cell(0).waitFor();
  });

  await check('a notebook shows text, results and figures', async () => {
    await workbench.command('View: Close Other Editors in Group');
    await page.setViewportSize({ width: 1280, height: 1060 });
    await workbench.button('Run All').click();
    await workbench.ended(1);
    const frame = await workbench.outputs();
    await frame.locator('.js-plotly-plot .trace').first().waitFor();
    await frame.locator('.katex').first().waitFor();
    await page.locator('.statusbar-item', { hasText: 'binvit: idle' }).waitFor();
    await workbench.command('Explorer: Focus on Notebook Variables View');
    await page.locator('.pane .monaco-list-row', { hasText: 'fits' }).waitFor();
    await page.mouse.move(700, 1050);
    await page.locator('.workbench-hover').waitFor({ state: 'hidden' });
    await page.screenshot({ path: join(pictures, 'notebook-vscode.png') });
    await page.setViewportSize({ width: 1200, height: 1000 });
  });
}
