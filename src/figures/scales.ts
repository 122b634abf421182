import { fiveNumbers } from '../analysis/index.js';
import { methodLabel, whereLabel } from '../binarize/index.js';
import { defaultWidth, type Figure, type FigureOptions } from './figure.js';
import { layerAxis, layerBoxes, layerHover } from './layer-boxes.js';
import { axisId, axisKey, domain } from './panels.js';
import { count, escapeText } from './text.js';
import { legendUnderTitle, templates, whereStyle } from './theme.js';

/** The scaling factors of one layer of one run. */
export interface LayerScales {
  readonly where: string;
  readonly method: string;
  /** Name of the layer: "blocks.0.attn.qkv". */
  readonly layer: string;
  /** alpha of each output channel (or one for the tensor). */
  readonly scales: ArrayLike<number>;
}

/**
 * Distribution of the scaling factors alpha over the output channels of every binary layer: a panel for each method, a
 * box for each layer and run. Boxes are quartiles, whiskers reach to the extremes.
 */
export function scalesFigure(layers: readonly LayerScales[], options: FigureOptions = {}): Figure {
  const methods = [...new Set(layers.map(layer => layer.method))];
  const places = [...new Set(layers.map(layer => layer.where))];
  const names = layerOrder(layers);
  const height = 160 + 30 * Math.max(3, names.length);
  const summaries = layers.flatMap(layer => {
    const summary = fiveNumbers(layer.scales);
    return summary === null ? [] : [{ ...layer, ...summary }];
  });
  const data = methods.flatMap((method, panel) => places.flatMap(place => {
    const members = summaries.filter(layer => layer.method === method && layer.where === place);
    if (members.length === 0) return [];
    const { color } = whereStyle(place);
    return [layerBoxes(members.map(member => ({ layer: member.layer, box: member })), color, {
      xaxis: axisId('x', panel), yaxis: axisId('y', panel), offsetgroup: place,
      name: escapeText(whereLabel(place)), legendgroup: place,
      showlegend: summaries.find(layer => layer.where === place)!.method === method,
    })];
  }));
  const axes: Record<string, unknown> = {};
  methods.forEach((_, panel) => {
    axes[axisKey('x', panel)] = {
      domain: domain(panel, methods.length, 0.07), anchor: axisId('y', panel), rangemode: 'tozero', nticks: 6, tickangle: 0, ticklabeloverflow: 'hide past div',
      title: { text: 'scaling factor \u03b1' }, ...(panel > 0 && { matches: 'x' }),
    };
    axes[axisKey('y', panel)] = {
      anchor: axisId('x', panel), ...layerAxis(names), showticklabels: panel === 0,
      ticks: panel === 0 ? 'outside' : '', ...(panel > 0 && { matches: 'y' }),
    };
  });
  return {
    data,
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height,
      title: { text: escapeText(options.title ?? 'Scaling factors by layer') },
      boxmode: 'group', boxgap: 0.25, boxgroupgap: 0.1, ...layerHover,
      legend: legendUnderTitle(height),
      margin: { l: 60, r: 20, t: 100, b: 54 },
      annotations: methods.map((method, panel) => ({
        text: `<b>${escapeText(methodLabel(method))}</b>`, showarrow: false, xref: `${axisId('x', panel)} domain`, x: 0.5, xanchor: 'center',
        yref: 'paper', y: 1, yanchor: 'bottom',
      })),
      ...axes,
    },
    caption: `Scaling factors \u03b1 of the output channels in each binary layer, one run of each arm (${count(layers.length, 'layer')} in all). `
      + 'Box: quartiles and median; whiskers: smallest and largest channel.',
    alternative: `Median scaling factor: ${summaries.map(layer =>
      `${methodLabel(layer.method)}, ${whereLabel(layer.where)}, ${layer.layer}: ${layer.median.toPrecision(3)}`).join('; ')}.`,
  };
}

/** All layers, block by block; within a block as the model with most binary layers lists them. */
function layerOrder(layers: readonly LayerScales[]): string[] {
  const sizes = new Map<string, number>();
  for (const { where } of layers) sizes.set(where, (sizes.get(where) ?? 0) + 1);
  const blockOf = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0);
  const fullestFirst = [...layers].sort((a, b) => sizes.get(b.where)! - sizes.get(a.where)!);
  return [...new Set(fullestFirst.map(layer => layer.layer))].sort((a, b) => blockOf(a) - blockOf(b));
}
