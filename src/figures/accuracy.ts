import { methodLabel, whereLabel } from '../binarize/index.js';
import { defaultWidth, type Figure, type FigureOptions, type PlotlyTrace } from './figure.js';
import { count, escapeText, percent } from './text.js';
import { errorBars, legendUnderTitle, methodStyle, neutral, templates, translucent } from './theme.js';

/** One cell of the grid: where it is binary, how, and what its seeds reached. */
export interface AccuracyCell {
  /** Binary parts: `none`, `mlp`, `mhsa`, `all`. */
  readonly where: string;
  /** Method, or `float`. */
  readonly method: string;
  /** Test accuracy of each seed, in [0, 1]; at least one. */
  readonly values: readonly number[];
  readonly mean: number;
  /** 95 % interval of the mean; `null` when one seed gives none. */
  readonly interval: readonly [low: number, high: number] | null;
}

/**
 * Accuracy by where x how: mean and 95 % interval of each cell, with its seeds as dots and the float model as a dashed
 * line.
 */
export function accuracyFigure(cells: readonly AccuracyCell[], options: FigureOptions = {}): Figure {
  const places = [...new Set(cells.map(cell => cell.where))];
  const methods = [...new Set(cells.map(cell => cell.method))];
  const dodged = methods.filter(method => method !== 'float');
  const position = (cell: AccuracyCell): number => {
    if (cell.method === 'float') return places.indexOf(cell.where);
    return places.indexOf(cell.where) + (dodged.indexOf(cell.method) - (dodged.length - 1) / 2) * 0.8 / Math.max(4, dodged.length);
  };
  const float = cells.find(cell => cell.method === 'float');
  const height = 440;
  return {
    data: methods.flatMap(method => methodTraces(method, cells.filter(cell => cell.method === method), position)),
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height,
      title: { text: escapeText(options.title ?? 'Test accuracy by binary part and method') },
      xaxis: {
        tickvals: places.map((_, index) => index), ticktext: places.map(place => escapeText(whereLabel(place))),
        range: [-0.5, places.length - 0.5], showgrid: false, title: { text: 'binary part of each encoder block' },
      },
      yaxis: { title: { text: 'test accuracy (%)' }, range: accuracyRange(cells) },
      legend: legendUnderTitle(height),
      margin: { l: 60, r: 20, t: 76, b: 60 },
      shapes: float === undefined ? [] : [{
        type: 'line', xref: 'paper', x0: 0, x1: 1, y0: 100 * float.mean, y1: 100 * float.mean, layer: 'below',
        line: { color: neutral, width: 1, dash: 'dash' },
      }],
    },
    caption: caption(cells),
    alternative: `Test accuracy in percent: ${cells.map(describe).join('; ')}.`,
  };
}

function methodTraces(method: string, cells: readonly AccuracyCell[], position: (cell: AccuracyCell) => number): PlotlyTrace[] {
  const { color, symbol } = methodStyle(method);
  const seeds = cells.flatMap(cell => cell.values.map((value, seed) => {
    // Seeds stand left of the mean, one beside the other, so that equal values stay visible.
    const step = 0.012 * (seed - (cell.values.length - 1) / 2);
    return { x: position(cell) - 0.06 + step, y: 100 * value };
  }));
  return [
    {
      type: 'scatter', mode: 'markers', legendgroup: method, showlegend: false, hoverinfo: 'y',
      name: escapeText(`${methodLabel(method)}, seeds`),
      x: seeds.map(seed => seed.x), y: seeds.map(seed => seed.y),
      marker: { color: translucent(color, 0.55), size: 5 },
    },
    {
      type: 'scatter', mode: 'markers', legendgroup: method, name: escapeText(methodLabel(method)),
      x: cells.map(position), y: cells.map(cell => 100 * cell.mean),
      error_y: errorBars(cells, color),
      text: cells.map(cell => escapeText(describe(cell))), hoverinfo: 'text',
      marker: { color, symbol, size: 9 },
    },
  ];
}

/** From a multiple of 10 below all seeds to 100; an interval may reach beyond, an accuracy may not. */
function accuracyRange(cells: readonly AccuracyCell[]): [number, number] {
  const lowest = Math.min(1, ...cells.flatMap(cell => [...cell.values, Math.max(0, cell.interval?.[0] ?? 1)]));
  return [Math.max(0, 10 * Math.floor(10 * lowest - 0.2)), 101];
}

function describe(cell: AccuracyCell): string {
  const interval = cell.interval === null ? 'no interval' : `95 % interval ${percent(cell.interval[0])} to ${percent(cell.interval[1])}`;
  const name = cell.method === 'float' ? 'float' : `${methodLabel(cell.method)}, ${whereLabel(cell.where)}`;
  return `${name}: ${percent(cell.mean)} (${interval}, n = ${cell.values.length})`;
}

function caption(cells: readonly AccuracyCell[]): string {
  const sizes = cells.map(cell => cell.values.length);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const seeds = least === most ? count(least, 'seed') : `${least} to ${most} seeds`;
  return `Mean test accuracy of each cell with its 95 % t-interval over ${seeds}; small dots are single seeds. `
    + (cells.some(({ interval }) => interval !== null && (interval[0] < 0 || interval[1] > 1)) ? 'Intervals are cut at 0 and 100 %. ' : '')
    + 'Blue and green methods have scaling factors, orange and red ones have none; circles keep float activations (W1A32), '
    + 'squares have binary ones (W1A1). The dashed line is the float model.';
}
