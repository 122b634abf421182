import Plotly, { type Figure } from 'plotly.js-dist';
import { staticFigure } from '../../src/notebook/display/static-figure.js';

/** The page has a base address, so Plotly names clip paths and gradients by it; it is nowhere else. */
const addressOfPage = /url\((['"]?)[^)#]*#/g;

/**
 * Draws a figure beside the page as a stand-alone SVG document, in its own colours and size, not those of the editor.
 * Equal figures give equal documents; two figures that stand inline in one page share no id.
 *
 * @param text the figure in JSON
 */
export async function drawPicture(text: string): Promise<string> {
  const { data, layout = {} } = JSON.parse(text) as Figure;
  const figure = staticFigure(data, layout);
  const name = await nameOf(text);
  const element = document.createElement('div');
  element.style.cssText = 'position: fixed; left: -10000px; top: 0;';
  document.body.append(element);
  try {
    const traces = figure.data.map((trace, index) => ({ ...trace, uid: `${name}${index}` }));
    const { _fullLayout: { _uid: randomName } } = await Plotly.newPlot(element, { data: traces, layout: figure.layout, config: { staticPlot: true } });
    return Plotly.Snapshot.toSVG(element, 'svg').replaceAll(randomName, name).replaceAll(addressOfPage, 'url($1#');
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
