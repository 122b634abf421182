import type { Sensitivity } from '../analysis/index.js';
import { defaultWidth, type Figure, type FigureOptions } from './figure.js';
import { layerAxis } from './layer-boxes.js';
import { count, escapeText, interval, percent, points } from './text.js';
import { errorBars, legendUnderTitle, methodStyle, neutral, templates } from './theme.js';

const actions = [
  { action: 'binarized', color: methodStyle('bnn').color, symbol: 'square' }, { action: 'restored', color: methodStyle('bwn').color, symbol: 'circle' },
] as const;

/** Change of the accuracy when one layer alone is binarized, or restored to float, with its paired interval: a row a layer. */
export function sensitivityFigure({ accuracy, images, layers }: Sensitivity, options: FigureOptions = {}): Figure {
  const height = 140 + 22 * Math.max(4, layers.length);
  return {
    data: actions.flatMap(({ action, color, symbol }) => {
      const members = layers.filter(layer => layer.action === action);
      return members.length === 0 ? [] : [{
        type: 'scatter', mode: 'markers', name: action, x: members.map(({ change }) => 100 * change), y: members.map(({ layer }) => escapeText(layer)),
        error_x: errorBars(members.map(({ change, interval: range }) => ({ mean: change, interval: range })), color),
        marker: { color, symbol, size: 8 }, hovertemplate: '%{y}: %{x:.2f} points',
      }];
    }),
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height,
      title: { text: escapeText(options.title ?? 'What the precision of each layer is worth') },
      showlegend: true,
      xaxis: { title: { text: 'change of the accuracy (percentage points)' }, zeroline: true, zerolinecolor: neutral, zerolinewidth: 1 },
      yaxis: layerAxis(layers.map(({ layer }) => layer)),
      legend: legendUnderTitle(height),
      margin: { l: 60, r: 20, t: 76, b: 54 },
    },
    caption: `Change of the test accuracy (${percent(accuracy)} % of ${count(images, 'image')}) when one layer alone changes its precision, without training; 95 % interval `
      + 'from the paired outcomes of the images.',
    alternative: `Change in percentage points: ${layers.map(({ layer, action, change, interval: range }) => `${layer} ${action} ${points(change)} ${interval(range)}`).join('; ')}.`,
  };
}
