import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Bench } from './bench.js';
import { eventually, type Workbench } from './workbench.js';

/** Completion, hover, parameter help and squiggles, before anything has run. */
export async function checkLanguage({ workbench, pictures, check }: Bench): Promise<void> {
  const { page } = workbench;
  await workbench.openNotebook('language.ipynb');

  await check('row 28: only the cell with a type error has a squiggle', async () => {
    await eventually(async () => { assert.deepEqual(await squiggles(workbench), [0, 0, 1, 0]); });
    // The editor's own TypeScript server, which is slower, must stay silent too.
    await page.waitForTimeout(3000);
    assert.deepEqual(await squiggles(workbench), [0, 0, 1, 0]);
  });

  await check('hover tells type and documentation, once', async () => {
    await workbench.cell(1).locator('.view-line span', { hasText: /^plus$/ }).last().hover();
    const hover = page.locator('.monaco-hover:not(.hidden)', { hasText: 'plus(a: number, b: number): number' });
    await hover.waitFor();
    const text = (await hover.innerText()).replaceAll('\u00a0', ' ');
    assert.equal(text.split('plus(a: number, b: number): number').length - 1, 1, text);
    assert.match(text, /Sum of two numbers/);
  });

  await check('row 40: completion knows names of earlier cells, and offers each once', async () => {
    await workbench.cursorBehind(3, 'plus(3, 4)');
    await page.keyboard.type('.toFi');
    await page.locator('.suggest-widget.visible .monaco-list-row', { hasText: 'toFixed' }).first().waitFor();
    assert.equal(await page.locator('.suggest-widget.visible .monaco-list-row', { hasText: 'toFixed' }).count(), 1);
    await page.screenshot({ path: join(pictures, 'completion.png') });
    await page.keyboard.press('Enter');
    await page.keyboard.type('(');
    const help = page.locator('.parameter-hints-widget.visible');
    await help.waitFor();
    assert.match(await help.innerText(), /fractionDigits/);
    await page.keyboard.press('Escape');
  });

  await check('row 28: squiggles appear when the cell that declares a name is deleted', async () => {
    await page.keyboard.press('Escape');
    await workbench.cursorBehind(0, 'return a + b');
    await page.keyboard.press('Escape');
    await workbench.command('Notebook: Delete Cell');
    await eventually(async () => { assert.deepEqual(await squiggles(workbench), [1, 1, 1]); });
  });
}

async function squiggles(workbench: Workbench): Promise<number[]> {
  const cells = workbench.page.locator('.notebook-editor .code-cell-row');
  const counts: number[] = [];
  for (let index = 0; index < await cells.count(); index++) counts.push(await cells.nth(index).locator('.squiggly-error').count());
  return counts;
}
