// Not from the folder's index, which brings all figures of the package, and TensorFlow.js with them.
import { exportSvg } from '../../figures/export-svg.js';
import type { Json } from '../session/types.js';
import type { Rich } from './rich.js';
import { staticFigure } from './static-figure.js';

/** A figure as plotly takes it: `data` and `layout`; our figures also bring a caption and a text alternative. */
export interface FigureLike {
  readonly data: readonly object[];
  readonly layout?: object;
  readonly alternative?: string;
}

/** Whether a value is a plotly figure: traces in `data`, and nothing that says otherwise. */
export function isFigure(value: unknown): value is FigureLike {
  if (typeof value !== 'object' || value === null) return false;
  const { data, layout } = value as Partial<FigureLike>;
  if (!Array.isArray(data) || data.length === 0 && layout === undefined || !data.every(trace => typeof trace === 'object' && trace !== null)) return false;
  return layout === undefined ? data.some(trace => 'type' in trace) : typeof layout === 'object';
}

/** A figure as plotly JSON and text, later also as a picture for front ends that have no plotly. */
export function describeFigure(figure: FigureLike): Rich {
  const data = jsonCopy(figure.data)!;
  const layout = jsonCopy(figure.layout) ?? {};
  return {
    data: { 'application/vnd.plotly.v1+json': { data, layout }, 'text/plain': figureText(figure) },
    metadata: {},
    later: async () => ({ 'image/svg+xml': await exportSvg(staticFigure(data as readonly object[], layout as object)) }),
  };
}

/** What a figure is in words. */
function figureText({ data, layout, alternative }: FigureLike): string {
  if (alternative !== undefined) return alternative;
  const title = (layout as { title?: string | { text?: string } } | undefined)?.title;
  const heading = typeof title === 'string' ? title : title?.text;
  const types = [...new Set(data.map(trace => (trace as { type?: string }).type ?? 'scatter'))].join(', ');
  return `figure${heading === undefined ? '' : ` "${heading}"`}: ${data.length} trace${data.length === 1 ? '' : 's'} (${types})`;
}

/**
 * A copy of what JSON keeps of a value, without the detour over its text, which is long for a large figure. Typed arrays become
 * arrays; JSON would make objects of them. `undefined` where JSON keeps nothing.
 */
function jsonCopy(value: unknown): Json | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (typeof value !== 'object') return undefined;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as Float32Array);
  if (Array.isArray(value)) {
    // Coordinates come by the hundred thousand.
    return value.every(item => typeof item === 'number') ? value.slice() : value.map((item: unknown) => jsonCopy(item) ?? null);
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') return jsonCopy((value.toJSON as () => unknown)());
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => {
    const copy = jsonCopy(item);
    return copy === undefined ? [] : [[key, copy]];
  }));
}
