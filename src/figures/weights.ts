import { fiveNumbers, histogram, type FiveNumbers, type Histogram } from '../analysis/index.js';
import { methodLabel, whereLabel } from '../binarize/index.js';
import { defaultWidth, type Figure, type FigureOptions, type PlotlyTrace } from './figure.js';
import { axisId, axisKey, domain, shortLayer } from './panels.js';
import { count, escapeText } from './text.js';
import { methodStyle, neutral, templates, translucent } from './theme.js';

/** Latent weights of one binary layer. */
export interface LayerWeights {
  /** Name of the layer: "blocks.0.attn.qkv". */
  readonly layer: string;
  /** Latent weights, in any order. */
  readonly latent: ArrayLike<number>;
  /** Scaling factors: the effective weights are -alpha and +alpha. All 1 for a method without scaling. */
  readonly scales: ArrayLike<number>;
}

/** The binary layers of one run. */
export interface RunWeights {
  readonly where: string;
  readonly method: string;
  readonly layers: readonly LayerWeights[];
}

interface Panel { readonly layer: string; readonly histogram: Histogram; readonly scales: FiveNumbers | null }

/**
 * Histograms of the latent weights, a panel for each layer: the sign threshold at 0 is dashed, the effective weights
 * +-alpha (median over channels) are solid lines, in a band that holds the middle half of the channels. Binned here:
 * the size of the figure does not depend on the number of weights.
 *
 * @param options.columns panels in a row; default 4, the linear layers of an encoder block
 */
export function weightsFigure(run: RunWeights, options: FigureOptions & { readonly columns?: number } = {}): Figure {
  const panels = run.layers.map(({ layer, latent, scales }): Panel => ({ layer, histogram: histogram(latent), scales: fiveNumbers(scales) }));
  const columns = Math.max(1, Math.min(options.columns ?? 4, panels.length));
  const rows = Math.max(1, Math.ceil(panels.length / columns));
  const height = 110 + 120 * rows;
  const plotHeight = height - 120;
  const { color } = methodStyle(run.method);
  const nonFinite = panels.reduce((sum, panel) => sum + panel.histogram.nonFinite, 0);
  return {
    data: panels.map((panel, index) => panelTrace(panel, index, color)),
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height,
      title: { text: escapeText(options.title ?? `Latent weights: ${methodLabel(run.method)}, ${whereLabel(run.where)}`) },
      showlegend: false,
      margin: { l: 60, r: 20, t: 66, b: 54 },
      ...panelAxes(panels, columns, rows, 36 / plotHeight),
      shapes: panels.flatMap((panel, index) => panelMarks(panel, index)),
      annotations: panels.map((panel, index) => ({
        text: escapeText(shortLayer(panel.layer)), showarrow: false, font: { size: 11 }, yanchor: 'bottom', xanchor: 'center',
        xref: `${axisId('x', index)} domain`, x: 0.5, yref: `${axisId('y', index)} domain`, y: 1,
      })),
    },
    caption: `Latent weights of one run (${methodLabel(run.method)}, ${whereLabel(run.where)}), share of each layer's weights in one of 40 bins. `
      + 'Dashed: the sign threshold 0. Solid: the effective weights \u00b1\u03b1 (median channel), in a band that holds the middle half of the channels.'
      + (nonFinite === 0 ? '' : ` ${count(nonFinite, 'weight')} not finite, in no bin.`),
    alternative: `Latent weights: ${panels.map(describe).join('; ')}.`,
  };
}

/** Percent of the values in each bin. Four digits are finer than a pixel; all of them would be half of the file. */
function shares({ counts, n }: Histogram): number[] {
  return counts.map(amount => n === 0 ? 0 : Number((100 * amount / n).toPrecision(4)));
}

/** An outline in steps, filled: one path a panel. */
function panelTrace({ layer, histogram }: Panel, index: number, color: string): PlotlyTrace {
  const y = shares(histogram);
  return {
    type: 'scatter', mode: 'lines', name: escapeText(layer), xaxis: axisId('x', index), yaxis: axisId('y', index),
    x: histogram.edges.map(edge => Number(edge.toPrecision(4))), y: [...y, y.at(-1)!],
    line: { shape: 'hv', color, width: 1 }, fill: 'tozeroy', fillcolor: translucent(color, 0.4), hovertemplate: '%{x:.3f}: %{y:.1f} %',
  };
}

function panelAxes(panels: readonly Panel[], columns: number, rows: number, gap: number): Record<string, unknown> {
  const axes: Record<string, unknown> = {};
  // Room beyond the outermost mark, so that it does not lie on the frame.
  const reach = 1.05 * Math.max(...panels.map(panel => Math.max(panel.histogram.edges.at(-1)!, panel.scales?.upperQuartile ?? 0)));
  const tick = roundTick(reach);
  const top = 1.05 * Math.max(...panels.flatMap(panel => shares(panel.histogram)));
  panels.forEach((_, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const lowest = index + columns >= panels.length;
    axes[axisKey('x', index)] = {
      domain: domain(column, columns, 0.025), anchor: axisId('y', index), tickvals: [-tick, tick], tickangle: 0, showticklabels: lowest, range: [-reach, reach],
      ...(lowest && { title: { text: 'weight' } }), ...(index > 0 && { matches: 'x' }),
    };
    axes[axisKey('y', index)] = {
      domain: domain(rows - 1 - row, rows, gap), anchor: axisId('x', index), nticks: 4, showticklabels: column === 0, range: [0, top],
      ...(column === 0 && { title: { text: '%' } }), ...(index > 0 && { matches: 'y' }),
    };
  });
  return axes;
}

/** The largest of 1, 2 and 5 times a power of ten within 70 % of the reach: two labels then fit below a narrow panel. */
function roundTick(reach: number): number {
  const unit = 10 ** Math.floor(Math.log10(0.7 * reach));
  return [5, 2, 1].find(factor => factor * unit <= 0.7 * reach)! * unit;
}

function panelMarks({ scales }: Panel, index: number): object[] {
  const place = { xref: axisId('x', index), yref: `${axisId('y', index)} domain`, y0: 0, y1: 1 };
  const threshold = { ...place, type: 'line', x0: 0, x1: 0, line: { color: neutral, width: 1, dash: 'dash' } };
  if (scales === null) return [threshold];
  return [threshold, ...[-1, 1].flatMap(sign => [
    { ...place, type: 'rect', x0: sign * scales.lowerQuartile, x1: sign * scales.upperQuartile, fillcolor: neutral, opacity: 0.25, line: { width: 0 }, layer: 'below' },
    { ...place, type: 'line', x0: sign * scales.median, x1: sign * scales.median, line: { color: neutral, width: 1.5 } },
  ])];
}

function describe({ layer, histogram: { edges, n }, scales }: Panel): string {
  const reach = edges.at(-1)!.toPrecision(3);
  return `${layer}: ${count(n, 'weight')} within \u00b1${reach}${scales === null ? '' : `, effective \u00b1${scales.median.toPrecision(3)}`}`;
}
