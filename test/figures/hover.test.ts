import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { scaleOptimumFigure } from '../../src/figures/index.js';
import { chromiumPath, launchChromium } from './chromium.js';

const require = createRequire(import.meta.url);

it.skipIf(chromiumPath === null)('a layer box under the pointer is told in one upright label, with the whole name of its run', async () => {
  const layers = ([['blocks.0.attn.qkv', 'qkv'], ['blocks.0.mlp.fc1', 'fc1']] as const).map(([name, site]) => ({ name, site, block: 0, scales: [1, 2, 3, 4, 6], optima: [1, 1, 1, 1, 1] }));
  const { data, layout } = scaleOptimumFigure([{ where: 'all', method: 'xnor-net', layers }, { where: 'all', method: 'bnn', layers }]);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.setContent('<div id="plot"></div>');
    await page.addScriptTag({ path: require.resolve('plotly.js-dist/plotly.js') });
    await page.evaluate(`Plotly.newPlot('plot', ${JSON.stringify(data)}, ${JSON.stringify(layout)})`);
    const box = (await page.locator('path.box').first().boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const lines = page.locator('.hoverlayer text');
    await lines.first().waitFor();
    const told = await lines.allTextContents();
    expect(told[0]).toBe('blocks.0.attn.qkv');
    expect(told.slice(1)).toEqual(expect.arrayContaining(['q1: 2', 'q3: 4', 'max: 6', expect.stringMatching(/^XNOR-Net, MLP and MHSA : median: 3$/)]));
    // No line of it is turned, and none lies on another one.
    const places = (await lines.evaluateAll(elements => elements.map(element => {
      const { top, bottom, width, height } = element.getBoundingClientRect();
      return { top, bottom, upright: height < 30 && width > height };
    }))).sort((a, b) => a.top - b.top);
    expect(places.every(({ upright }) => upright)).toBe(true);
    for (let line = 1; line < places.length; line++) expect(places[line]!.top).toBeGreaterThanOrEqual(places[line - 1]!.bottom - 1);
  } finally {
    await browser.close();
  }
});
