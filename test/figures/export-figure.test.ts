import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportFigure, exportFigures, exportSvg, pngOf, printed, templates } from '../../src/figures/index.js';
import { chromiumPath, paintInChromium } from './chromium.js';
import { sampleFigures } from './sample.js';

const folder = mkdtempSync(join(tmpdir(), 'binvit-figures-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

const figure = sampleFigures().differences!;
const { width, height } = figure.layout;

describe.each(['svg', 'png', 'pdf'])('exportFigure to %s', format => {
  let bytes: Buffer;
  beforeAll(async () => {
    await exportFigure(figure, join(folder, `once.${format}`));
    await exportFigure(figure, join(folder, `twice.${format}`));
    bytes = readFileSync(join(folder, `once.${format}`));
  });

  it('gives the same bytes twice', () => {
    expect(readFileSync(join(folder, `twice.${format}`)).equals(bytes)).toBe(true);
  });

  it('has the size of the figure', () => {
    if (format === 'svg') expect(bytes.toString()).toContain(`width="${width}" height="${height}"`);
    // The size stands behind the name of the first chunk.
    if (format === 'png') expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([2 * width, 2 * height]);
    if (format === 'pdf') expect(bytes.toString('latin1')).toContain(`/MediaBox [0 0 ${width * 0.75} ${height * 0.75}]`);
  });
});

it.each([['single', 3.3, 420], ['double', 6.9, 760]] as const)('for a %s column is %f inches wide, without its title', async (column, inches, pixels) => {
  await exportFigures(['svg', 'pdf', 'png'].map(format => ({ figure, path: join(folder, `once.${column}.${format}`) })), { column });
  const svg = readFileSync(join(folder, `once.${column}.svg`), 'utf8');
  expect(svg).toMatch(new RegExp(`^<svg [^>]*width="${inches}in" height="[\\d.]+in"`));
  expect(svg).toContain(`viewBox="0 0 ${pixels} `);
  expect(svg).not.toContain('Paired differences');
  const [, points] = /MediaBox \[0 0 ([\d.]+) /.exec(readFileSync(join(folder, `once.${column}.pdf`)).toString('latin1'))!;
  expect(Number(points)).toBeCloseTo(72 * inches, 6);
  expect(readFileSync(join(folder, `once.${column}.png`)).readUInt32BE(16)).toBe(2 * pixels);
});

it('in the dark theme has the same marks on another paper', () => {
  const dark = printed(figure, { theme: 'dark' });
  expect(dark.layout.template).toEqual(templates.dark);
  expect({ ...dark.layout, template: null }).toEqual({ ...figure.layout, template: null });
  expect(dark.data).toEqual(figure.data);
});

it('gives room to the rows that a legend takes in a narrow column', async () => {
  const curves = sampleFigures().accuracy!;
  const many = { ...curves, data: [...curves.data, ...Array.from({ length: 6 }, (_, at) => ({ type: 'scatter', name: `a method of many words ${at}`, x: [0], y: [90] }))] };
  const svg = await exportSvg(printed(many, { column: 'single' }));
  const legend = [...svg.matchAll(/class="legendtext"[^>]*>a method of many words \d/g)];
  expect(legend.length).toBe(6);
  const { margin } = printed(many, { column: 'single' }).layout as unknown as { margin: { t: number } };
  const tops = [...svg.matchAll(/class="traces"[^>]*transform="translate\([\d.-]+, ?([\d.-]+)\)"/g)].map(([, y]) => Number(y));
  // The lowest entry stands above the plot, whose top is the margin; the legend itself begins 6 pixels down.
  expect(Math.max(...tops) + 6).toBeLessThan(margin.t);
});

it('embeds the font of a PDF, so that it looks and is found the same everywhere', () => {
  expect(readFileSync(join(folder, 'once.pdf')).toString('latin1')).toMatch(/\/FontName \/[A-Z]{6}\+DejaVuSans/);
});

it('refuses another format by name and writes nothing', async () => {
  await expect(exportFigure(figure, join(folder, 'figure.jpg'))).rejects.toThrow('figure.jpg: expected a name that ends in .svg, .png or .pdf, found ".jpg"');
  await expect(exportFigure({ ...figure, data: [{ type: 'surface' }] }, join(folder, 'figure.png'))).rejects.toThrow('found "surface"');
  expect(existsSync(join(folder, 'figure.png'))).toBe(false);
  expect(readdirSync(folder).filter(name => !/^(once|twice)\./.test(name))).toEqual([]);
});

it.skipIf(chromiumPath === null)(`paints what Chromium does${chromiumPath === null ? ' (skipped: no Chromium found)' : ''}`, async () => {
  const svg = await exportSvg(figure);
  const pixels = async (png: Buffer): Promise<Uint8ClampedArray> => {
    const canvas = createCanvas(2 * width, 2 * height);
    const context = canvas.getContext('2d');
    context.drawImage(await loadImage(png), 0, 0);
    return context.getImageData(0, 0, 2 * width, 2 * height).data;
  };
  const [drawn, expected] = await Promise.all([pixels(pngOf(svg)), pixels(await paintInChromium(svg, width, height))]);
  let different = 0;
  for (let i = 0; i < drawn.length; i += 4) if (Math.abs(drawn[i]! - expected[i]!) > 128) different++;
  // Both smooth edges in their own way: only pixels on the edge of a letter or line may be more than half apart.
  expect(different / (drawn.length / 4)).toBeLessThan(0.01);
  const ink = (values: Uint8ClampedArray): number => values.reduce((sum, value, i) => sum + (i % 4 === 0 ? 255 - value : 0), 0);
  expect(ink(drawn) / ink(expected)).toBeGreaterThan(0.9);
  expect(ink(drawn) / ink(expected)).toBeLessThan(1.1);
});
