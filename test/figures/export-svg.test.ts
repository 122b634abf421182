import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { JSDOM } from 'jsdom';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportSvg, exportSvgs, type Figure } from '../../src/figures/index.js';
import { chromiumPath, drawInChromium } from './chromium.js';
import { sampleFigures } from './sample.js';

const traceOf = (type: string): Figure => ({
  data: [{ type, ...(['box', 'violin'].includes(type) ? {} : { x: [1, 2, 3] }), y: [3, 1, 2], z: [[1, 2, 3], [3, 4, 5], [9, 1, 2]], contours: { showlabels: true } }],
  layout: { width: 320, height: 240 }, caption: '', alternative: `one ${type} of 3 <points> & "quotes"`,
});

const parse = (svg: string): Document => new JSDOM(svg, { contentType: 'image/svg+xml' }).window.document;

/** What each text of a drawing says, and the numbers that place it. */
function texts(svg: string): { text: string; place: number[] }[] {
  return [...parse(svg).querySelectorAll('text')].map(node => ({
    text: node.textContent,
    place: [node.getAttribute('x'), node.getAttribute('y'), node.getAttribute('transform'), node.parentElement!.getAttribute('transform')]
      .flatMap(attribute => [...(attribute ?? '').matchAll(/-?[\d.]+(?:e-?\d+)?/g)].map(Number)),
  }));
}

const figures = Object.values(sampleFigures());
let drawings: string[];
beforeAll(async () => { drawings = await exportSvgs(figures); });

describe('exportSvg', () => {
  it('gives the same bytes for the same figure, whatever was drawn before it', async () => {
    expect((await exportSvgs([...figures].reverse())).reverse()).toEqual(drawings);
  });

  it('gives the same bytes after a figure that failed, too, alone or among others', async () => {
    const broken = { ...figures[0]!, layout: null as unknown as Figure['layout'] };
    const drawn = await Promise.allSettled([figures[0]!, broken, figures[1]!].map(exportSvg));
    expect(drawn).toMatchObject([{ value: drawings[0] }, { reason: expect.any(TypeError) as unknown }, { value: drawings[1] }]);
    await expect(exportSvgs([figures[0]!, broken])).rejects.toThrow(TypeError);
    expect(await exportSvg(figures[0]!)).toBe(drawings[0]);
  });

  it('draws what is drawn one soon after the other in one thread, which keeps no process from ending', () => {
    const module = fileURLToPath(new URL('../../dist/figures/export-svg.js', import.meta.url));
    const script = `
      import { exportSvg } from ${JSON.stringify(module)};
      let threads = 0;
      process.on('worker', () => { threads++; });
      const figure = ${JSON.stringify(traceOf('bar'))};
      const drawn = [await exportSvg(figure), ...await Promise.all([exportSvg(figure), exportSvg(figure)])];
      console.log(threads, new Set(drawn).size);
      setTimeout(() => { console.log('is still there'); }, 5000).unref();`;
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })).toBe('1 1\n');
  });

  it('gives two figures no id in common, so that both can stand in one page', () => {
    const ids = drawings.flatMap(svg => [...parse(svg).querySelectorAll('[id]')].map(node => node.id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('shows names from a config as text, never as markup', async () => {
    const name = '<b>a</b><script>1</script>';
    for (const svg of await exportSvgs(Object.values(sampleFigures(name)))) {
      expect(texts(svg).map(({ text }) => text).join('\n')).toContain(name);
      expect(parse(svg).querySelector('script')).toBeNull();
    }
  });

  it('draws each trace type that it accepts as well-formed XML with the alternative text', async () => {
    const each = ['scatter', 'bar', 'box', 'violin', 'heatmap', 'contour'].map(traceOf);
    for (const [index, svg] of (await exportSvgs(each)).entries()) {
      const root = parse(svg).documentElement;
      expect(root.getAttribute('aria-label')).toBe(each[index]!.alternative);
      expect(root.querySelectorAll('.trace, .hm image, .contourlabels text').length, each[index]!.data[0]!.type).toBeGreaterThan(0);
    }
  });

  it('refuses a trace type that would come out wrong in silence, and names it', async () => {
    await expect(exportSvg(traceOf('scattergl'))).rejects
      .toThrow('data[0].type: expected one of scatter, bar, box, violin, heatmap, contour for export to SVG, found "scattergl"');
    await expect(exportSvg(traceOf('surface'))).rejects.toThrow('found "surface"');
  });

  it.skipIf(chromiumPath === null)(`places every text where Chromium does${chromiumPath === null ? ' (skipped: no Chromium found)' : ''}`, async () => {
    for (const [index, reference] of (await drawInChromium(figures)).entries()) {
      const expected = texts(reference);
      const drawn = texts(drawings[index]!);
      expect(drawn.map(({ text }) => text)).toEqual(expected.map(({ text }) => text));
      // Chromium measures with hinted widths and 1/64 pixel: up to 1.1 pixels apart, summed over a row of legend entries.
      drawn.forEach(({ text, place }, at) => {
        expect(place.length, text).toBe(expected[at]!.place.length);
        place.forEach((number, axis) => { expect(Math.abs(number - expected[at]!.place[axis]!), text).toBeLessThan(1.5); });
      });
    }
  });
});
