import { methodLabel, whereLabel } from '../binarize/index.js';
import { defaultWidth, type Figure, type FigureOptions, type PlotlyTrace } from './figure.js';
import { axisId, axisKey, domain, inner } from './panels.js';
import { escapeText, percent } from './text.js';
import { legendUnderTitle, methodStyle, neutral, templates, translucent } from './theme.js';

/** A model with what it reaches and what it costs. */
export interface ParetoPoint {
  readonly where: string;
  readonly method: string;
  /** Test accuracy in [0, 1], with its 95 % interval where there is one. */
  readonly mean: number;
  readonly interval: readonly [low: number, high: number] | null;
  readonly sizeBytes: number;
  /** OPs for one image. */
  readonly ops: number;
}

const axesOf = [
  { title: 'size (kB)', of: (point: ParetoPoint) => point.sizeBytes / 1e3 },
  { title: 'OPs (M)', of: (point: ParetoPoint) => point.ops / 1e6 },
] as const;

/**
 * Points of which no other is at least as good in both: none costs less or the same and reaches more.
 *
 * @returns from the cheapest to the dearest
 */
export function paretoFront(points: readonly ParetoPoint[], cost: (point: ParetoPoint) => number): ParetoPoint[] {
  const sorted = [...points].sort((a, b) => cost(a) - cost(b) || b.mean - a.mean);
  let best = -Infinity;
  return sorted.filter(({ mean }) => {
    const better = mean > best;
    best = Math.max(best, mean);
    return better;
  });
}

/** Accuracies at which the axis has ticks, in percent. */
const ticks = [0, 50, 80, 90, 95, 98, 99, 99.5, 99.8, 99.9];
/** Whole numbers, where Plotly's own ticks say 2 for 200. */
const costTicks = [-3, -2, -1, 0, 1, 2, 3, 4, 5, 6].flatMap(power => [1, 2, 5].map(digit => Number(`${digit}e${power}`)));
/** An error of 0 has no place on a logarithmic axis; a hundredth of a percent is one of 10,000 images. */
const errorOf = (accuracy: number): number => Math.max(0.01, 100 * (1 - accuracy));
const placeSymbols: Readonly<Record<string, string>> = { none: 'diamond', mlp: 'triangle-down', mhsa: 'triangle-up', all: 'circle' };

/**
 * Accuracy against size and against operations: a point a model, coloured by method and shaped by its binary part, and the front
 * that no other model beats in both. The accuracy's axis is logarithmic in the error, so that good models lie apart.
 */
export function paretoFigure(points: readonly ParetoPoint[], options: FigureOptions = {}): Figure {
  const methods = [...new Set(points.map(({ method }) => method))];
  const places = [...new Set(points.map(({ where }) => where))].filter(where => where !== 'none');
  const height = 430;
  const axes: Record<string, unknown> = {};
  axesOf.forEach(({ title }, panel) => {
    axes[axisKey('x', panel)] = { domain: domain(panel, 2, 0.04), anchor: axisId('y', panel), type: 'log', tickvals: costTicks, ticktext: costTicks.map(String), title: { text: title } };
    axes[axisKey('y', panel)] = {
      anchor: axisId('x', panel), type: 'log', autorange: 'reversed', tickvals: ticks.map(tick => 100 - tick), ticktext: ticks.map(String),
      ...(panel === 0 ? { title: { text: 'test accuracy (%)' } } : inner),
    };
  });
  return {
    data: [
      ...axesOf.flatMap(({ of }, panel) => [frontTrace(paretoFront(points, of), of, panel), ...methods.map(method => methodTrace(points, method, of, panel))]),
      ...methods.map(method => legendEntry(methodLabel(method), { color: methodStyle(method).color, symbol: method === 'float' ? 'diamond' : 'square' })),
      ...places.map(where => legendEntry(whereLabel(where), { color: neutral, symbol: placeSymbols[where] ?? 'x' })),
    ],
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height,
      title: { text: escapeText(options.title ?? 'Accuracy against size and operations') },
      legend: legendUnderTitle(height),
      margin: { l: 60, r: 30, t: 100, b: 54 },
      ...axes,
    },
    caption: 'Test accuracy (95 % interval over seeds, on a scale that is logarithmic in the error) against the stored size and against OPs = FLOPs + BOPs/64 of '
      + 'one image. Colour: method; shape: binary part; dotted: the front of models that no other beats in both.',
    alternative: `${points.map(({ where, method, mean, sizeBytes, ops }) => `${methodLabel(method)}, ${whereLabel(where)}: ${percent(mean)} %, `
      + `${(sizeBytes / 1e3).toPrecision(3)} kB, ${(ops / 1e6).toPrecision(3)} M OPs`).join('; ')}.`,
  };
}

function frontTrace(front: readonly ParetoPoint[], of: (point: ParetoPoint) => number, panel: number): PlotlyTrace {
  return {
    type: 'scatter', mode: 'lines', name: 'front', legendgroup: 'front', showlegend: panel === 0, hoverinfo: 'skip',
    xaxis: axisId('x', panel), yaxis: axisId('y', panel), x: front.map(of), y: front.map(({ mean }) => errorOf(mean)),
    line: { color: neutral, width: 1.2, dash: 'dot', shape: 'hv' },
  };
}

function methodTrace(points: readonly ParetoPoint[], method: string, of: (point: ParetoPoint) => number, panel: number): PlotlyTrace {
  const members = points.filter(point => point.method === method);
  const { color } = methodStyle(method);
  return {
    type: 'scatter', mode: 'markers', name: escapeText(methodLabel(method)), showlegend: false, xaxis: axisId('x', panel), yaxis: axisId('y', panel),
    x: members.map(of), y: members.map(({ mean }) => errorOf(mean)),
    error_y: {
      type: 'data', symmetric: false, color, thickness: 1.2, width: 3,
      array: members.map(({ mean, interval }) => interval === null ? null : errorOf(interval[0]) - errorOf(mean)),
      arrayminus: members.map(({ mean, interval }) => interval === null ? null : errorOf(mean) - errorOf(interval[1])),
    },
    marker: { color: translucent(color, 0.75), symbol: members.map(({ where }) => placeSymbols[where] ?? 'x'), size: 10, line: { color, width: 1 } },
    text: members.map(({ where, mean }) => `${escapeText(whereLabel(where))}: ${percent(mean)} %`), hoverinfo: 'text+x',
  };
}

/** A mark that stands in the legend alone. */
const legendEntry = (name: string, { color, symbol }: { readonly color: string; readonly symbol: string }): PlotlyTrace =>
  ({ type: 'scatter', mode: 'markers', name: escapeText(name), x: [null], y: [null], marker: { color, symbol, size: 9 } });
