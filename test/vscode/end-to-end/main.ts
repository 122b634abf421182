// The packed extension in a real VS Code: node main.mjs ENTRY_OF_CODE_SERVER FILE.vsix
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import type { Bench } from './bench.js';
import { checkDebugger } from './debug-checks.js';
import { startEditor } from './editor.js';
import { checkFigures } from './figure-checks.js';
import { checkLanguage } from './language-checks.js';
import { checkRuns } from './run-checks.js';
import { checkStopping } from './stop-checks.js';
import { checkTour } from './tour-checks.js';
import { checkTrust } from './trust-checks.js';
import { Workbench } from './workbench.js';
import { writeWorkspace } from './workspace.js';

const [, , entry, vsix] = process.argv;
assert(entry !== undefined && vsix !== undefined, 'usage: main.mjs ENTRY_OF_CODE_SERVER FILE.vsix');
const home = mkdtempSync(join(tmpdir(), 'binvit-vscode-'));
const pictures = resolve('build/vscode');
const workspace = join(home, 'workspace');
rmSync(pictures, { recursive: true, force: true });
mkdirSync(pictures, { recursive: true });
writeWorkspace(workspace);

const editor = await startEditor(entry, vsix, home);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
let passed = 0;
let failed = 0;
try {
  const page = await browser.newPage({ viewport: { width: 1200, height: 1000 } });
  page.setDefaultTimeout(60_000);
  const check: Bench['check'] = async (name, attempt) => {
    const start = Date.now();
    try {
      await attempt();
      passed += 1;
      console.log(`ok ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED ${name}: ${error instanceof Error ? error.message.split('\nBrowser logs')[0]! : String(error)}`);
      await page.screenshot({ path: join(pictures, `failed-${failed}.png`) });
    }
  };
  await page.goto(`${editor.url}/?folder=${workspace}`);
  const workbench = new Workbench(page);
  const bench: Bench = { workbench, workspace, pictures, check };
  for (const part of [checkTrust, checkTour, checkRuns, checkLanguage, checkFigures, checkStopping, checkDebugger]) {
    await part(bench);
    await workbench.closeEditors();
  }
} finally {
  await browser.close();
  await editor.close();
  rmSync(home, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
