import type { SignDynamics } from '../analysis/index.js';
import { defaultWidth, type Figure, type FigureOptions } from './figure.js';
import { escapeText } from './text.js';
import { templates } from './theme.js';

/** At most this many columns are drawn; more samples are joined, so that the figure does not grow with them. */
const mostColumns = 100;

/** Share of signs that flip between two samples, as a heat map of layers over training. */
export function flipsFigure(layers: readonly SignDynamics[], options: FigureOptions = {}): Figure {
  const steps = layers[0]?.steps ?? [];
  const joined = Math.max(1, Math.ceil((steps.length - 1) / mostColumns));
  const columns = Array.from({ length: Math.ceil(Math.max(0, steps.length - 1) / joined) }, (_, column) => column * joined);
  const z = layers.map(({ flipRatio }) => columns.map(from => {
    const part = flipRatio.slice(from, from + joined);
    return Number((100 * part.reduce((sum, share) => sum + share, 0) / part.length).toPrecision(4));
  }));
  return {
    data: [{
      type: 'heatmap', x: columns.map(from => steps[Math.min(steps.length - 1, from + joined)]!), y: layers.map(({ name }) => escapeText(name)), z,
      colorscale: 'Viridis', zmin: 0, colorbar: { title: { text: '%' }, thickness: 14 }, hovertemplate: '%{y}, step %{x}: %{z:.2f} %',
    }],
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height: 130 + 20 * Math.max(4, layers.length),
      title: { text: escapeText(options.title ?? 'Flips of the binary weights over training') },
      xaxis: { title: { text: 'step' }, showgrid: false },
      yaxis: { autorange: 'reversed', showgrid: false },
      margin: { l: 60, r: 20, t: 50, b: 54 },
    },
    caption: `Share of the signs of each binary layer that differ from the sample before (${(steps.length < 2 ? 0 : steps[1]! - steps[0]!)} steps apart`
      + `${joined === 1 ? '' : `, mean of ${joined} samples`}).`,
    alternative: `Flips in percent at the first and the last sample: ${z.map((row, at) => `${layers[at]!.name} ${row[0]}, ${row.at(-1)}`).join('; ')}.`,
  };
}
