import { Worker } from 'node:worker_threads';
import type { Figure } from './figure.js';

/**
 * Trace types that come out right without a browser. Others fail in silence (`scattergl` loses its points, `scatter3d`
 * never ends, `choropleth` wants the network), so they are refused.
 */
const exportable: readonly string[] = ['scatter', 'bar', 'box', 'violin', 'heatmap', 'contour'];

/** Node starts a thread from JavaScript only, so the built file runs, whether this module was compiled or not. */
const workerUrl = new URL('../../dist/figures/svg-worker.js', import.meta.url);

/**
 * Draws a figure as a stand-alone SVG document, without a browser. Equal figures give equal bytes.
 * It starts a thread with Plotly in it (about a second): for several figures use {@link exportSvgs}.
 *
 * @throws RangeError when a trace has a type that cannot be drawn without a browser
 */
export async function exportSvg(figure: Figure): Promise<string> {
  const [svg] = await exportSvgs([figure]);
  return svg!;
}

/**
 * Draws figures as SVG documents in one thread, which ends with the last of them.
 *
 * @returns one SVG document a figure, in their order
 * @throws RangeError when a trace has a type that cannot be drawn without a browser
 */
export async function exportSvgs(figures: readonly Figure[]): Promise<string[]> {
  figures.forEach(refuseUnsupported);
  if (figures.length === 0) return [];
  return new Promise((resolve, reject) => {
    const drawn: string[] = [];
    const worker = new Worker(workerUrl, { workerData: figures });
    worker.on('message', (svg: string) => drawn.push(svg));
    worker.on('error', reject);
    worker.on('exit', code => {
      if (drawn.length === figures.length) resolve(drawn);
      else reject(new Error(`static figure export: expected ${figures.length} pictures, the thread ended with code ${code} after ${drawn.length}`));
    });
  });
}

function refuseUnsupported(figure: Figure): void {
  for (const [index, trace] of figure.data.entries()) {
    if (!exportable.includes(trace.type)) {
      throw new RangeError(`data[${index}].type: expected one of ${exportable.join(', ')} for export to SVG, found "${trace.type}"`);
    }
  }
}
