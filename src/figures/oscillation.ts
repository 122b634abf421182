import type { SignDynamics } from '../analysis/index.js';
import { defaultWidth, type Figure, type FigureOptions, type PlotlyTrace } from './figure.js';
import { axisId, axisKey, domain, panelTitle } from './panels.js';
import { escapeText, percent } from './text.js';
import { legendUnderTitle, neutral, siteStyle, templates } from './theme.js';

const kinds = [
  { name: 'never', color: '#d9d9d9' }, { name: 'once', color: '#56B4E9' }, { name: 'twice', color: '#0072B2' }, { name: '3 times or more', color: '#D55E00' },
] as const;

/**
 * Left: how often the signs of each layer flipped; three times or more is to flip back at least twice, an oscillation. Right: share
 * of the weights that have had their last flip by a step, a line a layer.
 */
export function oscillationFigure(layers: readonly SignDynamics[], options: FigureOptions = {}): Figure {
  const height = 160 + 20 * Math.max(6, layers.length);
  const parts = layers.map(({ name }) => name.slice(name.lastIndexOf('.') + 1));
  const settled = layers.map(({ neverFlipped, lastFlip }) => {
    let sum = neverFlipped;
    return [neverFlipped, ...lastFlip.map(share => (sum += share))].map(share => Number((100 * share).toPrecision(4)));
  });
  return {
    data: [
      ...kinds.map(({ name, color }, at): PlotlyTrace => ({
        type: 'bar', orientation: 'h', name, xaxis: axisId('x', 0), yaxis: axisId('y', 0), y: layers.map(layer => escapeText(layer.name)),
        x: layers.map(({ flips }) => Number((100 * flips[at]!).toPrecision(4))), marker: { color }, hovertemplate: `${name}: %{x:.1f} %`,
      })),
      ...layers.map(({ steps }, at): PlotlyTrace => ({
        type: 'scatter', mode: 'lines', name: escapeText(parts[at]!), legendgroup: parts[at]!, showlegend: parts.indexOf(parts[at]!) === at,
        xaxis: axisId('x', 1), yaxis: axisId('y', 1), x: thin(steps), y: thin(settled[at]!),
        line: { ...siteStyle(parts[at]!), width: 1.4 }, hovertemplate: `${escapeText(layers[at]!.name)}, step %{x}: %{y:.1f} %`,
      })),
    ],
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height,
      title: { text: escapeText(options.title ?? 'Which signs settle, and which oscillate') },
      barmode: 'stack', bargap: 0.25,
      [axisKey('x', 0)]: { domain: domain(0, 2, 0.22), anchor: axisId('y', 0), title: { text: 'share of the weights (%)' }, range: [0, 100] },
      [axisKey('y', 0)]: { anchor: axisId('x', 0), autorange: 'reversed', showgrid: false },
      [axisKey('x', 1)]: { domain: domain(1, 2, 0.22), anchor: axisId('y', 1), title: { text: 'step' }, nticks: 5 },
      [axisKey('y', 1)]: { anchor: axisId('x', 1), title: { text: 'settled (%)' }, range: [0, 101], zeroline: true, zerolinecolor: neutral },
      legend: legendUnderTitle(height),
      margin: { l: 60, r: 20, t: 116, b: 54 },
      annotations: [panelTitle('flips of a weight', 0), panelTitle('after its last flip', 1)],
    },
    caption: 'Left: share of the weights of each binary layer that flipped never, once, twice, or three times or more, which is to flip back at least twice '
      + `(oscillation). Right: share whose last flip is behind, over training. From ${layers[0]?.steps.length ?? 0} samples of all signs.`,
    alternative: `Never flipped and oscillating, in percent: ${layers.map(({ name, neverFlipped, oscillating }) =>
      `${name} ${percent(neverFlipped)}, ${percent(oscillating)}`).join('; ')}.`,
  };
}

/** At most 200 points, the last one always: finer than a pixel. */
function thin(values: readonly number[]): number[] {
  const stride = Math.ceil(values.length / 200);
  return values.filter((_, at) => at % stride === 0 || at === values.length - 1);
}
