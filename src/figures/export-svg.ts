import type { Figure } from './figure.js';
import { drawInThread } from './svg-thread.js';

/**
 * Trace types that come out right without a browser. Others fail in silence (`scattergl` loses its points, `scatter3d`
 * never ends, `choropleth` wants the network), so they are refused.
 */
const exportable: readonly string[] = ['scatter', 'bar', 'box', 'violin', 'heatmap', 'contour'];

/**
 * Draws a figure as a stand-alone SVG document, without a browser. Equal figures give equal bytes.
 * The first figure starts a thread with Plotly in it, which takes about a second; the next ones find it there.
 *
 * @throws RangeError when a trace has a type that cannot be drawn without a browser
 */
export async function exportSvg(figure: Figure): Promise<string> {
  refuseUnsupported(figure);
  return drawInThread(figure);
}

/**
 * Draws figures as SVG documents; none of them where one cannot be drawn.
 *
 * @returns one SVG document a figure, in their order
 * @throws RangeError when a trace has a type that cannot be drawn without a browser
 */
export async function exportSvgs(figures: readonly Figure[]): Promise<string[]> {
  figures.forEach(refuseUnsupported);
  return Promise.all(figures.map(drawInThread));
}

function refuseUnsupported(figure: Figure): void {
  for (const [index, trace] of figure.data.entries()) {
    if (!exportable.includes(trace.type)) {
      throw new RangeError(`data[${index}].type: expected one of ${exportable.join(', ')} for export to SVG, found "${trace.type}"`);
    }
  }
}
