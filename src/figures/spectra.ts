import type { Spectrum, SpectrumRow } from '../analysis/index.js';
import { defaultWidth, type Figure, type FigureOptions, type PlotlyTrace } from './figure.js';
import { axisId, axisKey, domain, inner, panelTitle, shortLayer } from './panels.js';
import { escapeText } from './text.js';
import { legendUnderTitle, methodStyle, neutral, templates } from './theme.js';

const columns = 4;
/** A line of this many points is as fine as the eye; wider layers are thinned to it. */
const mostPoints = 64;

const kinds = [
  { name: 'latent', color: neutral, dash: 'solid', of: (row: SpectrumRow) => row.latent },
  { name: 'scale × signs', color: methodStyle('bwn').color, dash: 'dash', of: (row: SpectrumRow) => row.effective },
] as const;

/**
 * Singular values of every layer over the largest one, from the largest down, a panel a layer: how much of the spectrum of the latent
 * weights their signs keep. The stable rank stands in each panel.
 */
export function spectraFigure(rows: readonly SpectrumRow[], options: FigureOptions = {}): Figure {
  const drawn = rows.filter(({ latent }) => latent !== null);
  const lines = Math.max(1, Math.ceil(drawn.length / columns));
  const height = 120 + 120 * lines;
  const axes: Record<string, unknown> = {};
  drawn.forEach((_, panel) => {
    const [row, column] = [Math.floor(panel / columns), panel % columns];
    axes[axisKey('x', panel)] = {
      domain: domain(column, columns, 0.03), anchor: axisId('y', panel), range: [0, 1], tickvals: [0, 0.5], tickangle: 0, showticklabels: panel + columns >= drawn.length,
      ...(panel + columns >= drawn.length && { title: { text: 'index / count' } }),
    };
    axes[axisKey('y', panel)] = {
      domain: domain(lines - 1 - row, lines, 34 / (height - 120)), anchor: axisId('x', panel), range: [0, 1.05], nticks: 4,
      ...(column === 0 ? { title: { text: 'σ / σ₁' } } : inner),
    };
  });
  return {
    data: drawn.flatMap((row, panel) => kinds.flatMap(({ name, color, dash, of }): PlotlyTrace[] => {
      const found = of(row);
      return found === null ? [] : [{
        type: 'scatter', mode: 'lines', name, legendgroup: name, showlegend: drawn.findIndex(other => of(other) !== null) === panel,
        xaxis: axisId('x', panel), yaxis: axisId('y', panel), ...points(found), line: { color, dash, width: 1.6 },
      }];
    })),
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height,
      title: { text: escapeText(options.title ?? 'Singular values by layer') },
      legend: legendUnderTitle(height),
      margin: { l: 60, r: 20, t: 84, b: 50 },
      annotations: drawn.flatMap((row, panel) => [
        { ...panelTitle(escapeText(shortLayer(row.name)), panel), font: { size: 11 } },
        { ...panelTitle(ranks(row), panel), font: { size: 10 }, x: 0.98, xanchor: 'right', y: 0.98, yanchor: 'top', align: 'right' },
      ]),
      ...axes,
    },
    caption: 'Singular values over the largest one, from the largest down, of the latent weights and of scale times signs. In each panel: the stable rank '
      + '‖W‖²_F / σ₁² of both.',
    alternative: `Stable rank, latent and binary: ${drawn.map(({ name, latent, effective }) =>
      `${name} ${latent!.stableRank.toFixed(1)}, ${effective === null ? 'float' : effective.stableRank.toFixed(1)}`).join('; ')}.`,
  };
}

function points({ singularValues }: Spectrum): { x: number[]; y: number[] } {
  const n = singularValues.length;
  const count = Math.min(n, mostPoints);
  const places = Array.from({ length: count }, (_, at) => count === 1 ? 0 : Math.round(at * (n - 1) / (count - 1)));
  const largest = singularValues[0]!;
  return { x: places.map(place => Number(((place + 1) / n).toFixed(4))), y: places.map(place => Number((singularValues[place]! / largest).toFixed(4))) };
}

function ranks({ latent, effective }: SpectrumRow): string {
  return `${latent!.stableRank.toFixed(1)}${effective === null ? '' : ` → ${effective.stableRank.toFixed(1)}`}`;
}
