import assert from 'node:assert/strict';
import type { Bench } from './bench.js';
import { eventually } from './workbench.js';

/** Interrupt, input, restart, end. */
export async function checkStopping({ workbench, check }: Bench): Promise<void> {
  const { page } = workbench;
  await workbench.openNotebook('stop.ipynb');

  await check('rows 13 and 14: the stop button ends an endless loop', async () => {
    await workbench.run(0);
    await workbench.start(1);
    await page.locator('.statusbar-item', { hasText: 'binvit: busy' }).waitFor();
    await workbench.button('Interrupt').click();
    await workbench.ended(1);
    await workbench.output('interrupted');
  });

  await check('row 13: names outlive an interrupt', async () => {
    await workbench.run(2);
    await workbench.output('42');
  });

  await check('row 40: input() asks in a box of the editor', async () => {
    await workbench.start(3);
    await workbench.answer('Ada');
    await workbench.ended(3);
    await workbench.output('hello Ada');
  });

  await check('a restart forgets the names', async () => {
    await workbench.button('Restart').click();
    await page.locator('.statusbar-item', { hasText: 'binvit: idle' }).waitFor();
    await workbench.run(2);
    await workbench.output('kept');
    await workbench.output("Cannot find name 'kept'");
  });

  await check('the status of the session, in the status bar, offers a restart, which ends an endless loop', async () => {
    await workbench.start(1);
    await page.locator('.statusbar-item', { hasText: 'binvit: busy' }).click();
    await workbench.choose('Restart:');
    await workbench.ended(1);
    await page.locator('.statusbar-item', { hasText: 'binvit: idle' }).waitFor();
  });

  await check('the session ends with its notebook', async () => {
    await workbench.run(0);
    const pid = Number(await (await workbench.output(/^\s*\d{2,}\s*$/)).innerText());
    process.kill(pid, 0);
    await workbench.closeEditors();
    await eventually(() => {
      assert.throws(() => process.kill(pid, 0), `process ${pid} is still there`);
      return Promise.resolve();
    });
  });
}
