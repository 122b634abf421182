import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import type { Bench } from './bench.js';
import { eventually } from './workbench.js';
import { savedCells } from './workspace.js';

/** Figures: drawn by the bundled Plotly, in the colours of the editor, updated in place. */
export async function checkFigures({ workbench, workspace, pictures, check }: Bench): Promise<void> {
  const { page } = workbench;
  await workbench.openNotebook('figure.ipynb');

  await check('rows 31 and 36: a figure is drawn, in dark colours', async () => {
    await workbench.run(0);
    const frame = await workbench.outputs();
    await frame.locator('.js-plotly-plot .main-svg .trace').first().waitFor();
    await assertReadable(frame);
    await page.screenshot({ path: join(pictures, 'figure-dark.png') });
  });

  await check('an update from a later cell changes the figure in place', async () => {
    const frame = await workbench.outputs();
    const plot = frame.locator('.js-plotly-plot');
    await plot.evaluate(element => { element.dataset.mark = 'the same element'; });
    await workbench.run(1);
    await frame.locator('.gtitle', { hasText: '4 values' }).waitFor();
    assert.equal(await plot.getAttribute('data-mark'), 'the same element');
    assert.equal(await plot.locator('.point').count(), 4);
  });

  await check('the saved file holds a picture of each figure as it is now, small where it has many marks', async () => {
    await workbench.run(2);
    await workbench.command('File: Save');
    const saved = await eventually(() => {
      const found = savedPictures(workspace, 'figure');
      assert.deepEqual(found.map(({ type }) => type), ['image/svg+xml', 'image/png']);
      return Promise.resolve(found);
    });
    const viewer = await page.context().browser()!.newPage();
    for (const [index, picture] of saved.entries()) {
      const { width, height, colors, ink } = await look(viewer, picture);
      await viewer.locator('img').screenshot({ path: join(pictures, `figure-saved-${index}.png`) });
      assert.deepEqual([width, height], [760, [300, 450][index]]);
      assert(colors > 10 && ink > 0.005, `expected a drawing, found ${colors} colours and ${(100 * ink).toFixed(2)} % of the pixels not white`);
      assert(picture.bytes.length < 400_000, `${picture.bytes.length} bytes`);
    }
    await viewer.close();
    const svg = saved[0]!.bytes.toString();
    assert.match(svg, /4 values/);
    const targets = [...svg.matchAll(/url\(['"]?([^)'"]*)/g)].map(match => match[1]!);
    assert(targets.length > 0 && targets.every(target => svg.includes(`id="${target.slice(1)}"`)), `the picture refers to ${targets.join(', ')}`);
    assert.equal(await page.locator('.tabs-container .tab.dirty').count(), 0);
  });

  await check('a figure follows the window', async () => {
    const frame = await workbench.outputs();
    await page.setViewportSize({ width: 900, height: 1000 });
    await eventually(async () => {
      const { figure, page: room } = await frame.evaluate(() => ({
        figure: document.querySelector('.js-plotly-plot .main-svg')!.getBoundingClientRect().right, page: document.documentElement.clientWidth,
      }));
      assert(figure <= room && figure > room - 60, `right edge of the figure at ${figure}, of the page at ${room}`);
    });
    await page.setViewportSize({ width: 1200, height: 1000 });
  });

  await check('a figure follows the theme', async () => {
    await workbench.command('Preferences: Toggle between Light/Dark Themes');
    const frame = await workbench.outputs();
    await frame.locator('body.vscode-light').waitFor({ state: 'attached' });
    await eventually(() => assertReadable(frame));
    await page.screenshot({ path: join(pictures, 'figure-light.png') });
  });
}

interface SavedPicture {
  readonly type: string;
  readonly bytes: Buffer;
}

function savedPictures(workspace: string, name: string): SavedPicture[] {
  const figures = savedCells(workspace, name).flatMap(({ outputs }) => outputs.map(({ data }) => data ?? {})).filter(data => 'application/vnd.plotly.v1+json' in data);
  return figures.flatMap(data => Object.entries(data)).filter(([type]) => type.startsWith('image/'))
    .map(([type, content]) => ({ type, bytes: Buffer.from([content].flat().join(''), type === 'image/svg+xml' ? 'utf8' : 'base64') }));
}

/** Shows a picture as a code host does, and tells what is on it. */
async function look(page: Page, { type, bytes }: SavedPicture): Promise<{ width: number; height: number; colors: number; ink: number }> {
  await page.setContent(`<body style="margin:0"><img src="data:${type};base64,${bytes.toString('base64')}">`);
  return page.evaluate(async () => {
    const image = document.querySelector('img')!;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    const canvas = new OffscreenCanvas(width, height).getContext('2d')!;
    canvas.drawImage(image, 0, 0);
    const pixels = new Uint32Array(canvas.getImageData(0, 0, width, height).data.buffer);
    return { width, height, colors: new Set(pixels).size, ink: pixels.filter(pixel => pixel !== 0xffffffff).length / pixels.length };
  });
}

/** The title has the editor's colour and contrast of at least 4.5 (WCAG AA) with what is behind the figure. */
async function assertReadable(frame: Frame): Promise<void> {
  const { text, paper, page } = await frame.evaluate(() => ({
    text: getComputedStyle(document.querySelector('.gtitle')!).fill,
    paper: getComputedStyle(document.querySelector('.js-plotly-plot .main-svg')!).backgroundColor,
    page: getComputedStyle(document.body).getPropertyValue('--vscode-editor-background'),
  }));
  assert.equal(paper, 'rgba(0, 0, 0, 0)');
  const contrast = (luminance(text) + 0.05) / (luminance(page) + 0.05);
  assert(Math.max(contrast, 1 / contrast) >= 4.5, `${text} on ${page} has contrast ${contrast.toFixed(1)}`);
}

/** Relative luminance of `#rrggbb` or `rgb(r, g, b)`. */
function luminance(color: string): number {
  const channels = color.startsWith('#') ? color.slice(1).match(/../g)!.map(hex => parseInt(hex, 16)) : color.match(/\d+/g)!.map(Number);
  const [red, green, blue] = channels.map(value => ((value / 255 + 0.055) / 1.055) ** 2.4) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
