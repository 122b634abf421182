import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportFigure, exportSvg, pngOf } from '../../src/figures/index.js';
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
