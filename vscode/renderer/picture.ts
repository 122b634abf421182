import Plotly, { type Figure } from 'plotly.js-dist';
import { staticFigure } from '../../src/notebook/display/static-figure.js';
import type { Picture } from './messages.js';

/** A longer SVG, of a figure with very many marks, becomes a PNG: code hosts show no notebook of more than about 1.5 MB. */
const mostSvgLength = 400_000;

/** The page has a base address, so Plotly names clip paths and gradients by it; it is nowhere else. */
const addressOfPage = /url\((['"]?)[^)#]*#/g;

/**
 * Draws a figure beside the page as a stand-alone picture, in its own colours and size, not those of the editor.
 * Equal figures give equal SVG documents; two figures that stand inline in one page share no id.
 *
 * @param text the figure in JSON
 */
export async function drawPicture(text: string): Promise<Picture> {
  const { data, layout = {} } = JSON.parse(text) as Figure;
  const figure = staticFigure(data, layout);
  const name = await nameOf(text);
  const element = document.createElement('div');
  element.style.cssText = 'position: fixed; left: -10000px; top: 0;';
  document.body.append(element);
  try {
    const traces = figure.data.map((trace, index) => ({ ...trace, uid: `${name}${index}` }));
    const { _fullLayout: { _uid: randomName } } = await Plotly.newPlot(element, { data: traces, layout: figure.layout, config: { staticPlot: true } });
    const svg = Plotly.Snapshot.toSVG(element, 'svg').replaceAll(randomName, name).replaceAll(addressOfPage, 'url($1#');
    return svg.length <= mostSvgLength ? { type: 'image/svg+xml', data: svg } : { type: 'image/png', data: await png(svg, figure.layout) };
  } finally {
    Plotly.purge(element);
    element.remove();
  }
}

/** Six hexadecimal digits, as Plotly's own names have. */
async function nameOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest, 0, 3)].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

/** An SVG document as PNG in base64. */
async function png(svg: string, { width, height }: { readonly width: number; readonly height: number }): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  canvas.getContext('2d')!.drawImage(image, 0, 0);
  return canvas.toDataURL('image/png').replace('data:image/png;base64,', '');
}
