import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser } from 'playwright-core';
import type { Figure } from '../../src/figures/index.js';

const require = createRequire(import.meta.url);

/** An installed Chromium or Chrome, or `null`. */
export const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'].find(path => existsSync(path)) ?? null;

/** The same Plotly draws the same figures in a real browser, with the same font. */
export async function drawInChromium(figures: readonly Figure[]): Promise<string[]> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.setContent(`${fontStyle()}<div id="plot"></div>`);
    await page.addScriptTag({ path: require.resolve('plotly.js-dist/plotly.js') });
    return await page.evaluate(`(async () => {
      await Promise.all([...document.fonts].map(face => face.load()));
      const drawings = [];
      for (const figure of ${JSON.stringify(figures)}) {
        await Plotly.newPlot('plot', figure.data, figure.layout, { staticPlot: true });
        drawings.push(Plotly.Snapshot.toSVG(document.getElementById('plot'), 'svg'));
        Plotly.purge('plot');
      }
      return drawings;
    })()`);
  } finally {
    await browser.close();
  }
}

/** An SVG document as Chromium paints it on white, two pixels to a CSS pixel, as PNG. */
export async function paintInChromium(svg: string, width: number, height: number): Promise<Buffer> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: 2 });
    await page.setContent(`${fontStyle()}<style>body { margin: 0 } svg { display: block }</style>${svg}`);
    await page.evaluate('Promise.all([...document.fonts].map(face => face.load()))');
    return await page.screenshot();
  } finally {
    await browser.close();
  }
}

function fontStyle(): string {
  const faces = [['', 'normal'], ['-Bold', 'bold']].map(([style, weight]) => {
    const font = readFileSync(require.resolve(`dejavu-fonts-ttf/ttf/DejaVuSans${style!}.ttf`)).toString('base64');
    return `@font-face { font-family: "DejaVu Sans"; font-weight: ${weight!}; src: url(data:font/ttf;base64,${font}) }`;
  });
  return `<style>${faces.join('')}</style>`;
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath!, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
}
