import type { WeightRow } from '../analysis/index.js';
import { defaultWidth, type Figure, type FigureOptions } from './figure.js';
import { layerAxis, layerBoxes, layerHover } from './layer-boxes.js';
import { escapeText } from './text.js';
import { legendUnderTitle, methodStyle, neutral, templates } from './theme.js';

/**
 * Share of +1 among the signs of each output, a box a layer: an output whose signs are all equal sees the sum of its inputs alone,
 * and carries no bit. Layers that the plan keeps float are drawn grey.
 */
export function signBalanceFigure(rows: readonly WeightRow[], options: FigureOptions = {}): Figure {
  const drawn = rows.flatMap(({ name, binary, signs }) => signs === null ? [] : [{ layer: name, binary, box: signs.outputPositive, signs }]);
  const height = 140 + 22 * Math.max(4, drawn.length);
  const kinds = [
    { name: 'binary', color: methodStyle('bwn').color, members: drawn.filter(({ binary }) => binary) },
    { name: 'float (signs of its weights)', color: neutral, members: drawn.filter(({ binary }) => !binary) },
  ].filter(({ members }) => members.length > 0);
  return {
    data: kinds.map(({ name, color, members }) => layerBoxes(members, color, { name, width: 0.6 })),
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height,
      title: { text: escapeText(options.title ?? 'Sign balance of the outputs') },
      showlegend: true, ...layerHover,
      xaxis: { title: { text: 'share of +1 in an output' }, range: [-0.02, 1.02] },
      yaxis: layerAxis(drawn.map(({ layer }) => layer)),
      shapes: [{ type: 'line', xref: 'x', yref: 'paper', x0: 0.5, x1: 0.5, y0: 0, y1: 1, line: { color: neutral, width: 1, dash: 'dash' } }],
      legend: legendUnderTitle(height),
      margin: { l: 60, r: 20, t: 76, b: 54 },
    },
    caption: 'Share of +1 among the signs of each output. Box: quartiles and median over the outputs; whiskers: extremes; dashed: both signs '
      + 'equally frequent. At 0 or 1 an output adds up its inputs and nothing else.',
    alternative: `Median share of +1 and entropy of an output's signs in bits: ${drawn.map(({ layer, box, signs }) =>
      `${layer} ${box.median.toFixed(3)}, ${signs.outputEntropy.toFixed(3)}`).join('; ')}.`,
  };
}
