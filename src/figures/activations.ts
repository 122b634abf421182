import type { ActivationRow } from '../analysis/index.js';
import { defaultWidth, type Figure, type FigureOptions, type PlotlyTrace } from './figure.js';
import { layerAxis, layerBoxes, layerHover } from './layer-boxes.js';
import { axisId, axisKey, domain, panelTitle, shortLayer } from './panels.js';
import { escapeText } from './text.js';
import { legendUnderTitle, neutral, runColor, templates, translucent } from './theme.js';

/** The activations of one model; several stand side by side. */
export interface RunActivations {
  /** "float", "XNOR-Net, all". */
  readonly label: string;
  readonly rows: readonly ActivationRow[];
}

const columns = 4;
/** Panels reach this many standard deviations: what is beyond is counted in the table. */
const reach = 3;

/** Distributions in front of the sign, a panel a layer, the models in colours; the sign threshold at 0 is dashed. */
export function activationsFigure(runs: readonly RunActivations[], options: FigureOptions = {}): Figure {
  const names = [...new Set(runs.flatMap(({ rows }) => rows.map(({ name }) => name)))];
  const lines = Math.max(1, Math.ceil(names.length / columns));
  const height = 124 + 120 * lines;
  const axes: Record<string, unknown> = {};
  names.forEach((name, panel) => {
    const [row, column] = [Math.floor(panel / columns), panel % columns];
    const members = runs.flatMap(({ rows }) => rows.filter(other => other.name === name));
    const range = reach * Math.max(...members.map(({ values }) => Math.hypot(values.mean, values.std)));
    axes[axisKey('x', panel)] = {
      domain: domain(column, columns, 0.03), anchor: axisId('y', panel), nticks: 3, tickangle: 0, range: [-range, range], ticklabeloverflow: 'hide past domain',
      ...(panel + columns >= names.length && { title: { text: 'value' } }),
    };
    axes[axisKey('y', panel)] = {
      domain: domain(lines - 1 - row, lines, 48 / (height - 124)), anchor: axisId('x', panel), rangemode: 'tozero', showticklabels: false, ticks: '',
      ...(column === 0 && { title: { text: 'density' } }),
    };
  });
  return {
    data: runs.flatMap(({ label, rows }, run) => rows.map((row, at): PlotlyTrace => {
      const panel = names.indexOf(row.name);
      return {
        type: 'scatter', mode: 'lines', name: escapeText(label), legendgroup: label, showlegend: at === 0, xaxis: axisId('x', panel), yaxis: axisId('y', panel),
        ...density(row), line: { shape: 'hv', color: runColor(run), width: 1.2 }, fill: 'tozeroy', fillcolor: translucent(runColor(run), 0.2), hoverinfo: 'skip',
      };
    })),
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height,
      title: { text: escapeText(options.title ?? 'Activations in front of the sign') },
      legend: legendUnderTitle(height),
      margin: { l: 40, r: 20, t: 84, b: 50 },
      annotations: names.map((name, panel) => ({ ...panelTitle(escapeText(shortLayer(name)), panel), font: { size: 11 } })),
      shapes: names.map((_, panel) => ({
        type: 'line', xref: axisId('x', panel), yref: `${axisId('y', panel)} domain`, x0: 0, x1: 0, y0: 0, y1: 1, line: { color: neutral, width: 1, dash: 'dash' },
      })),
      ...axes,
    },
    caption: `What each linear layer takes, before its sign (a learned shift added), out to ${reach} times the root mean square. Dashed: the threshold 0.`,
    alternative: runs.map(({ label, rows }) => `${label}, mean and standard deviation: ${rows.map(({ name, values }) =>
      `${name} ${values.mean.toPrecision(2)}, ${values.std.toPrecision(2)}`).join('; ')}`).join('. ') + '.',
  };
}

/** Density over the bins of the histogram, as steps. */
function density({ histogram: { edges, counts, n } }: ActivationRow): { x: number[]; y: number[] } {
  const width = edges[1]! - edges[0]!;
  const y = counts.map(count => Number((count / n / width).toPrecision(3)));
  return { x: edges.map(edge => Number(edge.toPrecision(4))), y: [...y, y.at(-1)!] };
}

/** Share of the upper level by channel, a box a layer and model: at 0 or 1 a channel carries no information. */
export function activationBalanceFigure(runs: readonly RunActivations[], options: FigureOptions = {}): Figure {
  const names = [...new Set(runs.flatMap(({ rows }) => rows.map(({ name }) => name)))];
  const height = 140 + Math.max(120, names.length * (10 + 14 * runs.length));
  return {
    data: runs.map(({ label, rows }, run) => layerBoxes(
      rows.map(({ name, channelUpper }) => ({ layer: name, box: channelUpper })), runColor(run), { name: escapeText(label), offsetgroup: label })),
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height,
      title: { text: escapeText(options.title ?? 'Balance of the activations\u2019 signs by channel') },
      showlegend: true, boxmode: 'group', boxgap: 0.25, boxgroupgap: 0.1, ...layerHover,
      xaxis: { title: { text: 'share of the upper level in a channel' }, range: [-0.02, 1.02] },
      yaxis: layerAxis(names),
      shapes: [{ type: 'line', xref: 'x', yref: 'paper', x0: 0.5, x1: 0.5, y0: 0, y1: 1, line: { color: neutral, width: 1, dash: 'dash' } }],
      legend: legendUnderTitle(height),
      margin: { l: 60, r: 20, t: 76, b: 54 },
    },
    caption: 'Share of tokens and images for which a channel has its upper level (a value of at least 0, where the input is float). Box: quartiles and '
      + 'median over the channels; whiskers: extremes; dashed: one half, where a sign carries a whole bit.',
    alternative: runs.map(({ label, rows }) => `${label}, median share and constant channels: ${rows.map(({ name, channelUpper, constantChannels }) =>
      `${name} ${channelUpper.median.toFixed(2)}, ${constantChannels}`).join('; ')}`).join('. ') + '.',
  };
}
