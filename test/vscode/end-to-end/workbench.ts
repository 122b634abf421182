import type { Frame, Locator, Page } from 'playwright-core';

/** The window of the editor, driven as a user does. */
export class Workbench {
  constructor(readonly page: Page) {}

  /** Chooses a command by its title in the palette, which offers it once its extension is known. */
  async command(title: string): Promise<void> {
    const { page } = this;
    const entry = page.locator(`.quick-input-list .monaco-list-row:is([aria-label="${title}"], [aria-label^="${title},"])`).first();
    await eventually(async () => {
      await page.keyboard.press('Escape');
      await page.keyboard.press('F1');
      await page.locator('.quick-input-widget input[type=text]').fill(`>${title}`);
      await entry.click({ timeout: 2000 });
    });
  }

  /** Opens a notebook of the folder by the extension's own command. */
  async openNotebook(name: string): Promise<void> {
    await this.command('binvit: Open a Notebook of This Folder');
    await this.choose(name);
    await this.cell(0).waitFor();
  }

  /** Chooses an entry of the list that is open. */
  async choose(text: string): Promise<void> {
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click();
  }

  /** Answers the input box that is open. */
  async answer(text: string): Promise<void> {
    const box = this.page.locator('.quick-input-widget input[type=text], .quick-input-widget input[type=password]');
    await box.waitFor();
    await box.fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Code cell, counted from 0. */
  cell(index: number): Locator {
    return this.page.locator('.notebook-editor .code-cell-row').nth(index);
  }

  /** Button of the notebook's toolbar. */
  button(label: string): Locator {
    return this.page.locator(`.notebook-toolbar-container a[aria-label^="${label}"]`);
  }

  /** Runs one cell and waits until it has ended. */
  async run(index: number): Promise<void> {
    await this.start(index);
    await this.ended(index);
  }

  async start(index: number): Promise<void> {
    await this.cell(index).hover();
    await this.cell(index).locator('.run-button-container a[aria-label^="Execute Cell"]').click();
  }

  /** Waits until a cell shows that it has ended, well or badly. */
  async ended(index: number): Promise<void> {
    await this.cell(index).locator('.codicon-notebook-state-success, .codicon-notebook-state-error').waitFor();
  }

  /** The page in the page that shows all outputs. */
  async outputs(): Promise<Frame> {
    return eventually(async () => {
      for (const frame of this.page.frames()) {
        if (await frame.locator('#container .output_container').count().catch(() => 0) > 0) return frame;
      }
      throw new Error('no output is shown');
    });
  }

  /** An output that contains a text. */
  async output(text: string | RegExp): Promise<Locator> {
    const frame = await this.outputs();
    const found = frame.locator('.output_container', { hasText: text }).first();
    await found.waitFor();
    return found;
  }

  /** Puts the cursor behind a text of a cell. */
  async cursorBehind(index: number, text: string): Promise<void> {
    const line = this.cell(index).locator('.view-line', { hasText: text }).first();
    await line.click();
    await this.page.keyboard.press('End');
  }

  async closeEditors(): Promise<void> {
    await this.command('View: Close All Editors');
    const discard = this.page.locator('.monaco-dialog-box .monaco-button', { hasText: "Don't Save" });
    await eventually(async () => {
      if (await discard.count() > 0) await discard.click();
      if (await this.page.locator('.tabs-container .tab').count() > 0) throw new Error('editors are open');
    });
  }
}

/** Repeats an attempt until it works, for what the editor does in its own time. */
export async function eventually<T>(attempt: () => Promise<T>, ms = 30_000): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }
}
