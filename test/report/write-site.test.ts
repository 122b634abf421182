import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { JSDOM } from 'jsdom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTrainConfig } from '../../src/training/index.js';
import { writeSite } from '../../src/report/write-site.js';
import { chromiumPath, launchChromium } from '../figures/chromium.js';
import { sampleReport } from './sample.js';

const folder = mkdtempSync(join(tmpdir(), 'binvit report ')); // with spaces, as users have them
const hostile = '<script>window.broken=1</script>"\'&';
let index: string;
let document: Document;
const pagePaths = ['index.html', 'methods.html', 'arms/none-float.html', 'arms/mlp-bwn.html'];
const pageOf = (path: string): Document => new JSDOM(readFileSync(join(folder, 'hostile', path))).window.document;

beforeAll(async () => {
  index = await writeSite(sampleReport(hostile), 'a\n1\n', join(folder, 'hostile'));
  document = new JSDOM(readFileSync(index)).window.document;
});
afterAll(() => { rmSync(folder, { recursive: true }); });

describe('writeSite', () => {
  it.each(pagePaths)('%s refers only to what is in the folder', path => {
    const own = pageOf(path);
    const references = [...own.querySelectorAll('[src], [href]')].map(node => node.getAttribute('src') ?? node.getAttribute('href')!);
    expect(references.length).toBeGreaterThan(2);
    for (const reference of references) {
      expect(reference).not.toMatch(/^[a-z]+:|^\//i);
      const [file, id] = reference.split('#') as [string, string?];
      const target = file === '' ? path : join(dirname(path), file);
      expect(existsSync(join(folder, 'hostile', target)), reference).toBe(true);
      if (id !== undefined) expect(pageOf(target).getElementById(id), reference).not.toBeNull();
    }
    // MathML's namespace is a name, not an address.
    expect(readFileSync(join(folder, 'hostile', path), 'utf8').replaceAll('http://www.w3.org/1998/Math/MathML', '')).not.toMatch(/https?:/);
  });

  it('every accuracy leads to its runs, and every run to the configuration that makes it again', () => {
    const links = [...document.querySelectorAll('table')][0]!.querySelectorAll('td a');
    expect([...links].map(link => link.getAttribute('href'))).toEqual(['arms/none-float.html#runs', 'arms/mlp-bwn.html#runs']);
    const run = pageOf('arms/mlp-bwn.html').querySelector('#seed-1 a')!;
    expect(run.getAttribute('href')).toBe('../configs/mlp-bwn-1.json');
    const config = parseTrainConfig(JSON.parse(readFileSync(join(folder, 'hostile', 'configs/mlp-bwn-1.json'), 'utf8')));
    expect(config).toEqual(sampleReport().arms[1]!.runs[0]!.config);
  });

  it('every comparison leads to the runs that it is made of', () => {
    const links = [...document.querySelectorAll('details table td a')].map(link => link.getAttribute('href'));
    expect(links).toEqual(['arms/none-float.html#runs', 'arms/mlp-bwn.html#runs']);
  });

  it('the pages of the arms lead to each other, and all pages to the overview', () => {
    expect(pageOf('arms/none-float.html').querySelector('[rel=next]')!.getAttribute('href')).toBe('../arms/mlp-bwn.html');
    expect(pageOf('arms/mlp-bwn.html').querySelector('[rel=prev]')!.getAttribute('href')).toBe('../arms/none-float.html');
    for (const path of pagePaths) expect(pageOf(path).querySelector('nav a')!.getAttribute('href')).toMatch(/^(\.\.\/)?index\.html$/);
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
    expect(pictures.map(picture => picture.getAttribute('src'))).toEqual(['accuracy', 'pareto', 'cost', 'differences-scaling', 'interaction', 'curves', 'scales'].map(id => `figures/${id}.svg`));
    for (const picture of pictures) expect(picture.alt.length).toBeGreaterThan(20);
  });

  it('shows a dash where one seed gives no interval', () => {
    const cells = document.querySelectorAll('table')[0]!.querySelectorAll('td.number');
    expect(cells[0]!.textContent).toBe('95.0 \u00b1 0.4');
    expect([...cells].map(cell => cell.textContent)).toContain('90.0 \u00b1 \u2013');
  });

  it('writes the same bytes for the same report', async () => {
    const again = join(folder, 'again');
    await writeSite(sampleReport(hostile), 'a\n1\n', again);
    const files = readdirSync(again, { recursive: true, encoding: 'utf8' }).filter(file => statSync(join(again, file)).isFile());
    expect(files.length).toBeGreaterThan(8);
    for (const file of files) expect(readFileSync(join(again, file)).equals(readFileSync(join(folder, 'hostile', file))), file).toBe(true);
  });

  it('says that nothing was drawn where no run finished', async () => {
    const none = { accuracy: null, interaction: null, pareto: null, cost: null, curves: null, scales: null, arms: [], questions: [], cells: [] };
    const path = await writeSite({ ...sampleReport(), ...none }, '', join(folder, 'empty'));
    expect(readFileSync(path, 'utf8')).toContain('No finished run to draw.');
  });

  it.skipIf(chromiumPath === null)(`opens in Chromium from a file: draws every figure, runs no foreign script, asks the network for nothing, and axe finds nothing on any page, light or dark${chromiumPath === null ? ' (skipped: no Chromium found)' : ''}`, async () => {
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
      for (const [path, scheme] of pagePaths.flatMap(own => [[own, 'light'], [own, 'dark']] as const)) {
        await page.emulateMedia({ colorScheme: scheme });
        await page.goto(`file://${encodeURI(join(folder, 'hostile', path))}`);
        await page.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') });
        const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>('axe.run()');
        expect(violations.map(({ id, nodes }) => `${path}, ${scheme}: ${id}: ${nodes[0]!.html}`)).toEqual([]);
      }
    } finally {
      await browser.close();
    }
  });
});
