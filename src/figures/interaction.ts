import { methodLabel } from '../binarize/index.js';
import type { FactorialPlace, Interaction } from '../experiments/index.js';
import { defaultWidth, type Figure, type FigureOptions, type PlotlyTrace } from './figure.js';
import { axisId, axisKey, domain, inner, panelTitle } from './panels.js';
import { count, escapeText, interval, percent, points } from './text.js';
import { errorBars, legendUnderTitle, neutral, templates, whereStyle } from './theme.js';

/** Lines of a panel: the arms with a float and with a binary MLP at their ends. */
const lines = [
  { name: 'MHSA float', ends: ['none', 'mlp'], style: { color: neutral, symbol: 'circle' } },
  { name: 'MHSA binary', ends: ['mhsa', 'all'], style: whereStyle('mhsa') },
] as const satisfies readonly { readonly ends: readonly FactorialPlace[]; [more: string]: unknown }[];

/**
 * Interaction plot of the two binary parts, a panel for each method: lines that are parallel add up; the dashed line shows
 * where both would lie if they did.
 *
 * @param results those without a complete seed are left out
 */
export function interactionFigure(results: readonly Interaction[], options: FigureOptions = {}): Figure {
  const drawn = results.filter(({ seeds }) => seeds.length > 0);
  const height = 400;
  const axes: Record<string, unknown> = {};
  drawn.forEach((_, panel) => {
    axes[axisKey('x', panel)] = {
      domain: domain(panel, drawn.length, 0.03), anchor: axisId('y', panel), tickvals: [0, 1], ticktext: ['float', 'binary'], range: [-0.35, 1.35],
      showgrid: false, title: { text: 'MLP' },
    };
    axes[axisKey('y', panel)] = {
      anchor: axisId('x', panel), ...(panel === 0 ? { title: { text: 'test accuracy (%)' } } : inner),
    };
  });
  return {
    data: drawn.flatMap((result, panel) => panelTraces(result, panel)),
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height,
      title: { text: escapeText(options.title ?? 'Do the losses of MLP and MHSA add up?') },
      legend: legendUnderTitle(height),
      margin: { l: 60, r: 20, t: 114, b: 54 },
      annotations: drawn.map(({ method, interaction }, panel) =>
        ({ ...panelTitle(`<b>${escapeText(methodLabel(method))}</b><br>${points(interaction.mean!)}<br>${interval(interaction.interval)}`, panel), font: { size: 10 } })),
      ...axes,
    },
    caption: `Mean test accuracy over ${count(Math.max(0, ...drawn.map(({ seeds }) => seeds.length)), 'seed')} with 95 % t-intervals. Above each panel: the `
      + 'interaction (all − MHSA − MLP + float, in points, with its 95 % interval), which is below 0 where binarizing both costs more than the '
      + 'two parts cost apart; dashed: where both would lie if the parts added up.',
    alternative: `Interaction in percentage points: ${drawn.map(describe).join('; ')}.`,
  };
}

function panelTraces({ arms }: Interaction, panel: number): PlotlyTrace[] {
  const place = { xaxis: axisId('x', panel), yaxis: axisId('y', panel), showlegend: panel === 0 };
  const additive = arms.mhsa.mean! + arms.mlp.mean! - arms.none.mean!;
  return [
    {
      ...place, type: 'scatter', mode: 'lines', name: 'MHSA binary, if the parts added up', legendgroup: 'additive', hoverinfo: 'skip',
      x: [0, 1], y: [100 * arms.mhsa.mean!, 100 * additive], line: { color: whereStyle('mhsa').color, width: 1.2, dash: 'dash' },
    },
    ...lines.map(({ name, ends, style: { color, symbol } }) => ({
      ...place, type: 'scatter', mode: 'lines+markers', name, legendgroup: name, x: [0, 1], y: ends.map(end => 100 * arms[end].mean!),
      error_y: errorBars(ends.map(end => arms[end]), color), line: { color, width: 2 }, marker: { color, symbol, size: 8 }, hovertemplate: '%{y:.2f} %',
    })),
  ];
}

function describe({ method, arms, interaction, seeds }: Interaction): string {
  const means = (['none', 'mlp', 'mhsa', 'all'] as const).map(place => percent(arms[place].mean!)).join(', ');
  return `${methodLabel(method)} ${points(interaction.mean!)} ${interval(interaction.interval)} (accuracy in percent of float, MLP, MHSA, both: ${means}; n = ${seeds.length})`;
}
