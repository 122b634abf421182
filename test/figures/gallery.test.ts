import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../src/backend/index.js';
import * as api from '../../src/figures/index.js';
import { columnInches, exportSvgs, printed, type Figure } from '../../src/figures/index.js';
import { galleryFigures, galleryPage } from './gallery.js';

const folder = fileURLToPath(new URL('../../docs/gallery/', import.meta.url));
let figures: Record<string, Figure> = {};

beforeAll(async () => {
  await useBackend('cpu');
  figures = await galleryFigures();
});

describe('the gallery', () => {
  it('is drawn to the same bytes as its pictures, with the same words', async () => {
    const drawn = await exportSvgs(Object.values(figures));
    for (const [index, id] of Object.keys(figures).entries()) await expect(`${drawn[index]!}\n`).toMatchFileSnapshot(`${folder}${id}.svg`);
    await expect(galleryPage(figures)).toMatchFileSnapshot(`${folder}README.md`);
  });

  it('shows every figure that the package has, and nothing else', () => {
    // The maps are shown twice, by image and by block.
    expect(Object.keys(figures).length - 1).toBe(Object.keys(api).filter(name => name.endsWith('Figure') && name !== 'exportFigure').length);
    expect(readdirSync(folder).filter(name => name.endsWith('.svg')).sort()).toEqual(Object.keys(figures).map(id => `${id}.svg`).sort());
  });

  it('has text of at least 5.65 points in a column of 3.3 inches, and of 6.5 in a line of 6.9', () => {
    for (const [column, least] of [['single', 5.65], ['double', 6.5]] as const) {
      for (const [id, figure] of Object.entries(figures)) {
        const { width, annotations, title } = printed(figure, { column }).layout as unknown as {
          width: number; annotations?: { font?: { size: number } }[]; title: { text: string };
        };
        const smallest = Math.min(12, ...(annotations ?? []).flatMap(({ font }) => font === undefined ? [] : [font.size]));
        expect(smallest * columnInches[column] * 72 / width, id).toBeGreaterThanOrEqual(least);
        expect(title.text).toBe('');
      }
    }
  });
});
