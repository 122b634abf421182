import type { LossSurface } from '../analysis/index.js';
import { defaultWidth, type Figure, type FigureOptions } from './figure.js';
import { axisId, axisKey, domain, panelTitle } from './panels.js';
import { count, escapeText } from './text.js';
import { neutral, templates } from './theme.js';

/** The loss around a model, with its name. */
export interface NamedSurface {
  readonly label: string;
  readonly surface: LossSurface;
}

/** Part of the width between two panels. */
const gap = 0.12;

/** Loss along two filter-normalised directions, a panel a model with one scale of colours (logarithmic) for all; the cross is the model. */
export function lossSurfaceFigure(surfaces: readonly NamedSurface[], options: FigureOptions = {}): Figure {
  const all = surfaces.flatMap(({ surface }) => surface.loss.flat()).filter(Number.isFinite).map(Math.log10);
  const axes: Record<string, unknown> = {};
  surfaces.forEach((_, panel) => {
    axes[axisKey('x', panel)] = {
      domain: domain(panel, surfaces.length, gap), anchor: axisId('y', panel), title: { text: 'first direction' }, showgrid: false, constrain: 'domain',
    };
    axes[axisKey('y', panel)] = {
      anchor: axisId('x', panel), scaleanchor: axisId('x', panel), showgrid: false, constrain: 'domain', ...(panel === 0 && { title: { text: 'second direction' } }),
    };
  });
  const width = options.width ?? defaultWidth;
  const margin = { l: 60, r: 100, t: 70, b: 54 };
  const side = Math.min(420, (1 - gap * (surfaces.length - 1)) / surfaces.length * (width - margin.l - margin.r));
  return {
    data: surfaces.flatMap(({ surface: { steps, loss } }, panel) => [
      {
        type: 'contour', x: steps, y: steps, z: loss.map(row => row.map(value => Number.isFinite(value) ? Number(Math.log10(value).toPrecision(4)) : null)),
        xaxis: axisId('x', panel), yaxis: axisId('y', panel), colorscale: 'Viridis', zmin: Math.min(...all), zmax: Math.max(...all), ncontours: 16,
        line: { width: 0.5 }, showscale: panel === 0, colorbar: { title: { text: 'log₁₀ loss' }, thickness: 14 }, hovertemplate: '%{x:.2f}, %{y:.2f}: %{z:.2f}',
      },
      {
        type: 'scatter', mode: 'markers', x: [0], y: [0], xaxis: axisId('x', panel), yaxis: axisId('y', panel), showlegend: false, hoverinfo: 'skip',
        marker: { symbol: 'x', size: 8, color: '#ffffff', line: { color: neutral, width: 1 } },
      },
    ]),
    layout: {
      template: templates.light,
      width,
      height: Math.round(margin.t + side + margin.b),
      title: { text: escapeText(options.title ?? 'Loss around the weights') },
      margin,
      annotations: surfaces.map(({ label }, panel) => panelTitle(escapeText(label), panel)),
      ...axes,
    },
    caption: `Cross entropy over ${count(surfaces[0]?.surface.images ?? 0, 'image')} along two random directions that have the norm of each output's weights (Li et al. `
      + '2018, arXiv 1712.09913); the cross is the model itself.',
    alternative: `Loss at the centre, and mean loss at the edge: ${surfaces.map(({ label, surface: { loss } }) => {
      const middle = (loss.length - 1) / 2;
      const edge = loss.flatMap((row, at) => at === 0 || at === loss.length - 1 ? row : [row[0]!, row.at(-1)!]);
      return `${label} ${loss[middle]![middle]!.toPrecision(3)}, ${(edge.reduce((sum, value) => sum + value, 0) / edge.length).toPrecision(3)}`;
    }).join('; ')}.`,
  };
}
