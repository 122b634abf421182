import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JSDOM } from 'jsdom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writePage } from '../../src/report/write-page.js';
import { chromiumPath, launchChromium } from '../figures/chromium.js';
import { sampleReport } from './sample.js';

const folder = mkdtempSync(join(tmpdir(), 'binvit report ')); // with spaces, as users have them
const hostile = '<script>window.broken=1</script>"\'&';
let index: string;
let document: Document;

beforeAll(async () => {
  index = await writePage(sampleReport(hostile), 'a\n1\n', join(folder, 'hostile'));
  document = new JSDOM(readFileSync(index)).window.document;
}, 60_000);
afterAll(() => { rmSync(folder, { recursive: true }); });

describe('writePage', () => {
  it('refers only to files that lie beside it', () => {
    const references = [...document.querySelectorAll('[src], [href]')].map(node => node.getAttribute('src') ?? node.getAttribute('href')!);
    expect(references).toContain('plotly.js');
    for (const reference of references.filter(text => !text.startsWith('#'))) {
      expect(reference).not.toMatch(/^[a-z]+:|^\//i);
      expect(existsSync(join(folder, 'hostile', reference)), reference).toBe(true);
    }
    expect(readFileSync(index, 'utf8')).not.toMatch(/https?:/);
  });

  it('keeps plotly beside the page, not in it', () => {
    expect(statSync(index).size).toBeLessThan(100_000);
  });

  it('shows texts from configs and failures as they are, never as markup', () => {
    expect(document.body.textContent).toContain(`loss is NaN at step 12 in ${hostile}`);
    expect(document.title).toContain(hostile);
    expect(document.querySelectorAll('script')).toHaveLength(3);
    for (const script of document.querySelectorAll('script')) expect(script.textContent).not.toContain('broken');
  });

  it('gives every figure a static picture with an alternative text', () => {
    const pictures = [...document.querySelectorAll<HTMLImageElement>('figure img')];
    expect(pictures.map(picture => picture.getAttribute('src'))).toEqual(['accuracy', 'differences-scaling', 'curves', 'scales', 'weights-1'].map(id => `figures/${id}.svg`));
    for (const picture of pictures) expect(picture.alt.length).toBeGreaterThan(20);
  });

  it('shows a dash where one seed gives no interval', () => {
    const cells = [...document.querySelectorAll('table')][0]!.querySelectorAll('td.number');
    expect(cells[0]!.textContent).toBe('95.0 \u00b1 0.4');
    expect([...cells].map(cell => cell.textContent)).toContain('90.0 \u00b1 \u2013');
  });

  it('writes the same bytes for the same report', async () => {
    const again = join(folder, 'again');
    await writePage(sampleReport(hostile), 'a\n1\n', again);
    const files = readdirSync(again, { recursive: true, encoding: 'utf8' }).filter(file => statSync(join(again, file)).isFile());
    expect(files.length).toBeGreaterThan(8);
    for (const file of files) expect(readFileSync(join(again, file)).equals(readFileSync(join(folder, 'hostile', file))), file).toBe(true);
  });

  it('says that nothing was drawn where no run finished', async () => {
    const none = { accuracy: null, curves: null, scales: null, weights: [], questions: [], cells: [] };
    const path = await writePage({ ...sampleReport(), ...none }, '', join(folder, 'empty'));
    expect(readFileSync(path, 'utf8')).toContain('No finished run to draw.');
  });

  it.skipIf(chromiumPath === null)(`opens in Chromium from a file: draws every figure, runs no foreign script, asks the network for nothing${chromiumPath === null ? ' (skipped: no Chromium found)' : ''}`, async () => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const problems: string[] = [];
      page.on('pageerror', error => problems.push(error.message));
      page.on('request', request => { if (!/^(file|data|blob):/.test(request.url())) problems.push(request.url()); });
      await page.goto(`file://${encodeURI(index)}`);
      await page.evaluate('document.querySelectorAll("details").forEach(details => { details.open = true; })');
      for (const figure of await page.$$('figure')) {
        await figure.scrollIntoViewIfNeeded();
        await figure.waitForSelector('.plot .main-svg');
      }
      expect(await page.evaluate('window.broken')).toBeUndefined();
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
