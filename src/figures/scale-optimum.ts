import { fiveNumbers, type ScaleFit } from '../analysis/index.js';
import { methodLabel, whereLabel } from '../binarize/index.js';
import { defaultWidth, type Figure, type FigureOptions } from './figure.js';
import { layerAxis, layerBoxes, layerHover } from './layer-boxes.js';
import { escapeText } from './text.js';
import { legendUnderTitle, methodStyle, neutral, templates } from './theme.js';

/** The binary layers of one run. */
export interface RunScaleFits {
  readonly where: string;
  readonly method: string;
  readonly layers: readonly ScaleFit[];
}

/**
 * Scaling factors over the least-squares optimum of their own signs, α / α*, a box for each layer and run on a logarithmic axis:
 * at 1 the binary weights are as near to the latent ones as these signs allow.
 */
export function scaleOptimumFigure(runs: readonly RunScaleFits[], options: FigureOptions = {}): Figure {
  const names = [...new Set(runs.flatMap(({ layers }) => layers.map(({ name }) => name)))];
  const drawn = runs.map(({ where, method, layers }) => ({
    label: `${methodLabel(method)}, ${whereLabel(where)}`,
    color: methodStyle(method).color,
    // An output whose latent weights are all 0 has no optimum above 0.
    boxes: layers.flatMap(({ name, scales, optima }) => {
      const box = fiveNumbers(scales.flatMap((scale, output) => optima[output]! > 0 ? [scale / optima[output]!] : []));
      return box === null ? [] : [{ layer: name, box }];
    }),
  }));
  const height = 140 + Math.max(120, names.length * (10 + 14 * runs.length));
  return {
    data: drawn.map(({ label, color, boxes }) => layerBoxes(boxes, color, { name: escapeText(label), offsetgroup: label })),
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height,
      title: { text: escapeText(options.title ?? 'Scaling factors against their least-squares optimum') },
      showlegend: true, boxmode: 'group', boxgap: 0.25, boxgroupgap: 0.1, ...layerHover,
      xaxis: { type: 'log', title: { text: 'α / least-squares optimum' }, minor: { ticks: 'outside' } },
      yaxis: layerAxis(names),
      shapes: [{ type: 'line', xref: 'x', yref: 'paper', x0: 1, x1: 1, y0: 0, y1: 1, line: { color: neutral, width: 1, dash: 'dash' } }],
      legend: legendUnderTitle(height),
      margin: { l: 60, r: 20, t: 76, b: 54 },
    },
    caption: 'Scaling factor of each output over the factor that minimises ‖W − αB‖² for its signs B (XNOR-Net, arXiv 1603.05279, eq. 6). '
      + 'Box: quartiles and median over the outputs; whiskers: extremes; dashed: the optimum.',
    alternative: `Median of α over its optimum: ${drawn.map(({ label, boxes }) =>
      `${label}: ${boxes.map(({ layer, box }) => `${layer} ${box.median.toPrecision(3)}`).join(', ')}`).join('; ')}.`,
  };
}
