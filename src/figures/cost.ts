import { costByPart, costParts, costTotal, type CostPart, type CostRow, type CostTotal } from '../analysis/index.js';
import { defaultWidth, type Figure, type FigureOptions, type PlotlyTrace } from './figure.js';
import { axisId, axisKey, domain, panelTitle } from './panels.js';
import { escapeText } from './text.js';
import { legendUnderTitle, methodStyle, neutral, templates, whereStyle } from './theme.js';

/** The cost table of one model under one plan. */
export interface CostBar {
  /** "XNOR-Net, MLP only". */
  readonly label: string;
  readonly rows: readonly CostRow[];
}

/** One stack of a panel: what is added up, and in which colour. */
interface Stack { readonly name: string; readonly color: string; readonly of: (cost: Cost) => number }

interface Cost { readonly parts: Readonly<Record<CostPart, CostTotal>>; readonly total: CostTotal }

const partColors: Readonly<Record<CostPart, string>> = {
  embedding: '#E69F00', MHSA: whereStyle('mhsa').color, MLP: whereStyle('mlp').color, norms: '#009E73', head: neutral,
};
const byPart = (of: (cost: CostTotal) => number): Stack[] => costParts.map(part => ({ name: part, color: partColors[part], of: ({ parts }) => of(parts[part]) }));

const panels: readonly { readonly title: string; readonly stacks: readonly Stack[] }[] = [
  { title: 'weights (M)', stacks: [
    { name: '1 bit', color: methodStyle('bwn').color, of: ({ total }) => total.binaryParameters },
    { name: '32 bits', color: '#bdbdbd', of: ({ total }) => total.floatParameters + total.scales },
  ] },
  { title: 'OPs (M)', stacks: byPart(({ ops }) => ops) },
  { title: 'stored (MB)', stacks: byPart(({ sizeBytes }) => sizeBytes) },
];

/** Where bits, operations and bytes of a model go, part by part: a stack for each plan. */
export function costFigure(bars: readonly CostBar[], options: FigureOptions = {}): Figure {
  const drawn = bars.map(({ label, rows }) => ({ label, parts: costByPart(rows), total: costTotal(rows) }));
  const height = 148 + 34 * Math.max(2, bars.length);
  const axes: Record<string, unknown> = {};
  panels.forEach((_, panel) => {
    axes[axisKey('x', panel)] = { domain: domain(panel, panels.length, 0.05), anchor: axisId('y', panel), nticks: 2, tickangle: 0 };
    axes[axisKey('y', panel)] = { anchor: axisId('x', panel), autorange: 'reversed', showgrid: false, ...(panel > 0 && { showticklabels: false, ticks: '' }) };
  });
  return {
    data: panels.flatMap(({ stacks }, panel) => stacks.map(({ name, color, of }): PlotlyTrace => ({
      type: 'bar', orientation: 'h', name, legendgroup: name, showlegend: panel < 2, xaxis: axisId('x', panel), yaxis: axisId('y', panel),
      y: drawn.map(({ label }) => escapeText(label)), x: drawn.map(cost => millions(of(cost), 4)), marker: { color }, hovertemplate: `${name}: %{x}`,
    }))),
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height,
      title: { text: escapeText(options.title ?? 'What the model costs, part by part') },
      barmode: 'stack', bargap: 0.3,
      legend: legendUnderTitle(height),
      margin: { l: 60, r: 20, t: 110, b: 36 },
      annotations: panels.map(({ title }, panel) => panelTitle(title, panel)),
      ...axes,
    },
    caption: 'Per image. Left: weights, biases, norms and scaling factors by their bits. OPs = FLOPs + BOPs/64; normalisation, softmax and activation are left '
      + 'out, as in the literature. Stored: signs packed to 32-bit words, 4 bytes for all else.',
    alternative: `${drawn.map(({ label, ...cost }) => `${label}: ${panels.map(({ title, stacks }) =>
      `${title} ${stacks.map(({ name, of }) => `${name} ${millions(of(cost), 3)}`).join(', ')}`).join('; ')}`).join('. ')}.`,
  };
}

const millions = (value: number, digits: number): number => Number((value / 1e6).toPrecision(digits));
