import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { attentionRollout, PackedModel } from '../../src/inference/index.js';
import { loadEngine } from '../../src/kernels/index.js';
import { normalizationTable } from '../../src/pictures/index.js';
import { chromiumPath, launchChromium } from '../figures/chromium.js';
import { demo, measured } from './measured.js';

const kinds = ['binary', 'float'] as const;
const models = kinds.map(kind => PackedModel.load(join(demo, 'models', `${kind}.safetensors`), loadEngine('wasm')));
/** Strokes of a seven, in parts of the pad. */
const seven = [[0.25, 0.2], [0.75, 0.2], [0.6, 0.45], [0.45, 0.85]] as const;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** What Node's packed models say of pixels, in the words of the page. */
function expected(pixels: readonly number[]): { answer: string; columns: string[][]; maps: string[] } {
  const readings = models.map((model, at) => {
    const table = normalizationTable(model.info.preprocessing!.normalization, 1);
    const input = Float32Array.from(pixels, value => table[value]!);
    const logits = [...model.run(input)];
    const weights = logits.map(logit => Math.exp(logit - Math.max(...logits)));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const attention = attentionRollout(model, input);
    const top = attention.indexOf(Math.max(...attention));
    const name = ['1 bit', 'float'][at]!;
    const digit = logits.indexOf(Math.max(...logits));
    return {
      answer: `${name}: ${digit} (${percent(weights[digit]! / sum)})`, column: weights.map(weight => percent(weight / sum)),
      map: `Attention of the ${name} model: most, ${percent(attention[top]!)}, on the patch in row ${Math.floor(top / 4) + 1}, column ${top % 4 + 1}`,
    };
  });
  return { answer: readings.map(({ answer }) => answer).join(', '), columns: readings.map(({ column }) => column), maps: readings.map(({ map }) => map) };
}

/** What the page shows, and the pixels that it is of. */
async function shown(page: Page): Promise<ReturnType<typeof expected> & { pixels: number[] }> {
  return page.evaluate(`(() => {
    const column = kind => [...document.querySelectorAll('#classes .' + kind + ' span')].map(span => span.textContent);
    const copy = new OffscreenCanvas(28, 28).getContext('2d', { willReadFrequently: true });
    copy.drawImage(document.querySelector('#map-binary canvas'), 0, 0);
    const { data } = copy.getImageData(0, 0, 28, 28);
    return {
      answer: document.querySelector('#answer').textContent, columns: [column('binary'), column('float')],
      maps: [...document.querySelectorAll('.map')].map(map => map.getAttribute('aria-label')), pixels: [...data].filter((_, at) => at % 4 === 0),
    };
  })()`);
}

async function draw(page: Page, strokes: readonly (readonly [number, number])[]): Promise<void> {
  const { x, y, width, height } = (await (await page.$('#pad'))!.boundingBox())!;
  const [first, ...others] = strokes.map(([across, down]) => [x + across * width, y + down * height] as const);
  await page.mouse.move(...first!);
  await page.mouse.down();
  for (const place of others) await page.mouse.move(...place, { steps: 6 });
  await page.mouse.up();
}

describe.skipIf(chromiumPath === null)(`the demo in Chromium${chromiumPath === null ? ' (skipped: no Chromium found)' : ''}`, () => {
  let browser: Browser;
  const problems: string[] = [];
  beforeAll(async () => { browser = await launchChromium(); });
  afterAll(async () => { await browser.close(); });
  afterEach(async () => {
    await Promise.all(browser.contexts().map(context => context.close()));
    expect(problems.splice(0)).toEqual([]);
  });

  /** Opens the page, by default from a file and without a network, and waits for its first answer. */
  async function open(options: BrowserContextOptions = {}, url = pathToFileURL(join(demo, 'index.html')).href): Promise<Page> {
    const context = await browser.newContext({ offline: url.startsWith('file:'), ...options });
    const page = await context.newPage();
    page.on('pageerror', error => problems.push(error.message));
    page.on('console', message => problems.push(message.text()));
    const own = new URL('.', url).href;
    page.on('request', request => { if (!request.url().startsWith(own) && !request.url().startsWith('data:')) problems.push(request.url()); });
    await page.goto(url);
    await page.waitForSelector('#classes progress');
    return page;
  }

  it('answers for images of the test set what Node answers, with the network off', async () => {
    const page = await open();
    for (const index of [0, 7, 15]) {
      await page.click(`#samples button:nth-child(${index + 1})`);
      const { pixels, ...said } = await shown(page);
      expect(Buffer.from(pixels).toString('base64')).toBe(measured.samples[index]!.pixels);
      expect(said).toEqual(expected(pixels));
      expect(await page.getAttribute(`#samples button:nth-child(${index + 1})`, 'aria-pressed')).toBe('true');
    }
  });

  it('reads what is drawn as MNIST has its digits, and answers what Node answers', async () => {
    const page = await open();
    await draw(page, seven);
    const { pixels, ...said } = await shown(page);
    expect(said).toEqual(expected(pixels));
    expect(said.answer).toMatch(/^1 bit: 7 .* float: 7 /);
    const inked = pixels.map((value, at) => ({ value, row: Math.floor(at / 28) })).filter(({ value }) => value > 0).map(({ row }) => row);
    expect(Math.max(...inked) - Math.min(...inked) + 1).toBe(20);
    expect(await page.$('#samples button[aria-pressed=true]')).toBeNull();
  });

  it('is drawn on by touch, by one finger at a time', async () => {
    const page = await open({ hasTouch: true });
    const session = await page.context().newCDPSession(page);
    const { x, y, width, height } = (await (await page.$('#pad'))!.boundingBox())!;
    const touches = seven.map(([across, down]) => ({ x: x + across * width, y: y + down * height, id: 1 }));
    const other = { x: x + 0.1 * width, y: y + 0.9 * height, id: 2 };
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [touches[0]!] });
    for (const touch of touches.slice(1)) await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [touch, other] });
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    const { pixels, ...said } = await shown(page);
    expect(said).toEqual(expected(pixels));
    expect(said.answer).toMatch(/^1 bit: 7 .* float: 7 /);
  });

  it('states the accuracy that was measured, the sizes of the files, and a time for each model that it took here', async () => {
    const page = await open();
    const row = async (name: string): Promise<(string | null)[]> => page.$$eval(`#cost-${name} td`, cells => cells.map(({ textContent }) => textContent));
    expect((await row('accuracy')).slice(0, 2)).toEqual(kinds.map(kind => `${(100 * measured.models[kind].testAccuracy).toFixed(2)} %`));
    expect((await row('bytes')).slice(0, 2)).toEqual(kinds.map(kind => `${(statSync(join(demo, 'models', `${kind}.safetensors`)).size / 1000).toFixed(1)} kB`));
    await page.waitForFunction('document.querySelector("#cost-time td").textContent !== ""');
    const [binary, float, ratio] = await row('time');
    for (const time of [binary, float]) expect(Number(/^(\d+\.\d{3}) ms$/.exec(time!)![1])).toBeGreaterThan(0);
    expect(ratio).toMatch(/^\d+\.\d times (faster|slower)$/);
  });

  it('is cleared and asked for a digit by the keyboard', async () => {
    const page = await open();
    await page.focus('#clear');
    await page.keyboard.press('Enter');
    expect((await shown(page)).answer).toBe('Nothing is drawn yet.');
    expect((await shown(page)).pixels.every(value => value === 0)).toBe(true);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    const { pixels, answer } = await shown(page);
    expect(answer).toBe(expected(pixels).answer);
    expect(await page.getAttribute('#samples button:first-child', 'aria-pressed')).toBe('true');
  });

  it('says why where it cannot run', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.addInitScript('WebAssembly.compile = () => Promise.reject(new Error("no WebAssembly here"))');
    await page.goto(pathToFileURL(join(demo, 'index.html')).href);
    await page.waitForFunction('document.querySelector("#answer").textContent === "The models cannot run here: no WebAssembly here"');
  });

  it('opens from a static server too, and asks nobody else for anything', async () => {
    const types: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', css: 'text/css' };
    const server = createServer((request, response) => {
      const name = request.url!.slice(1);
      const type = types[name.split('.').at(-1)!];
      if (type === undefined || name.includes('/')) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': type }).end(readFileSync(join(demo, name)));
    });
    await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve); });
    try {
      const page = await open({}, `http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`);
      const { pixels, ...said } = await shown(page);
      expect(said).toEqual(expected(pixels));
    } finally {
      server.close();
    }
  });

  it.each([['light', 1200], ['dark', 1200], ['light', 400], ['dark', 400]] as const)('axe finds nothing, and nothing is wider than the window: %s, %d pixels', async (colorScheme, width) => {
    const page = await open({ colorScheme, viewport: { width, height: 800 } });
    await page.waitForFunction('document.querySelector("#cost-time td").textContent !== ""');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await page.addScriptTag({ content: readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8') });
    const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>('axe.run({ preload: false })');
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`)).toEqual([]);
  });
});
