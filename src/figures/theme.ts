import type { Verdict } from '../experiments/index.js';

/** Fonts: DejaVu Sans is what the SVG export measures; Verdana shares its widths where DejaVu is not installed. */
export const fontFamily = 'DejaVu Sans, Verdana, sans-serif';

/** Lines and marks that must be seen on white and on near black. */
export const neutral = '#808080';

/** How one arm is drawn, wherever it appears. Colour and symbol both tell arms apart. */
export interface MarkStyle {
  readonly color: string;
  readonly symbol: string;
}

// The colours are those of Okabe and Ito (2008), which colour-blind readers tell apart. Methods with a scaling factor
// are cool, those without are warm; circles have float activations, squares binary ones.
const methodStyles: Readonly<Record<string, MarkStyle>> = {
  float: { color: neutral, symbol: 'diamond' },
  binaryconnect: { color: '#E69F00', symbol: 'circle' },
  bnn: { color: '#D55E00', symbol: 'square' },
  bwn: { color: '#0072B2', symbol: 'circle' },
  'xnor-net': { color: '#009E73', symbol: 'square' },
};

const whereStyles: Readonly<Record<string, MarkStyle>> = {
  mlp: { color: '#56B4E9', symbol: 'circle' },
  mhsa: { color: '#CC79A7', symbol: 'square' },
  all: { color: '#0072B2', symbol: 'diamond' },
};

// The linear sites of a block; colour and dash both tell them apart.
const siteStyles: Readonly<Record<string, { readonly color: string; readonly dash: string }>> = {
  qkv: { color: '#CC79A7', dash: 'solid' },
  q: { color: '#CC79A7', dash: 'solid' },
  k: { color: '#CC79A7', dash: 'dash' },
  v: { color: '#CC79A7', dash: 'dot' },
  proj: { color: '#D55E00', dash: 'dash' },
  fc1: { color: '#56B4E9', dash: 'solid' },
  fc2: { color: '#0072B2', dash: 'dash' },
};

const verdictStyles = {
  supported: { color: '#009E73', symbol: 'circle' },
  contradicted: { color: '#D55E00', symbol: 'x' },
  undecided: { color: neutral, symbol: 'circle-open' },
} satisfies Record<Verdict, MarkStyle>;

const otherStyle: MarkStyle = { color: '#CC79A7', symbol: 'triangle-up' };

/** Colour and symbol of a method of the grid, or "float"; every other method has one style in common. */
export const methodStyle = (method: string): MarkStyle => methodStyles[method] ?? otherStyle;
/** Colour and symbol of the binary part: "mlp", "mhsa" or "all". */
export const whereStyle = (where: string): MarkStyle => whereStyles[where] ?? otherStyle;
/** Colour and dash of a linear layer of a block: "qkv", "proj", "fc1", "fc2". */
export const siteStyle = (site: string): { readonly color: string; readonly dash: string } => siteStyles[site] ?? { color: neutral, dash: 'dot' };
const runColors = [neutral, '#D55E00', '#0072B2', '#009E73', '#CC79A7'] as const;

/** Colour of the model at a place in a list of models that stand side by side; the first, as a rule the float one, is grey. */
export const runColor = (place: number): string => runColors[place % runColors.length]!;
export const verdictStyle = (verdict: Verdict): MarkStyle => verdictStyles[verdict];

function template(text: string, paper: string, grid: string): object {
  const axis = {
    gridcolor: grid, linecolor: neutral, tickcolor: neutral, ticks: 'outside', ticklen: 4, zeroline: false,
    automargin: true, title: { standoff: 8, font: { size: 12 } },
  };
  return {
    layout: {
      font: { family: fontFamily, size: 12, color: text },
      title: { font: { size: 15 }, x: 0, xref: 'container', xanchor: 'left', y: 1, yref: 'container', yanchor: 'top', pad: { t: 12, l: 12 } },
      paper_bgcolor: paper, plot_bgcolor: paper,
      xaxis: axis, yaxis: axis,
      legend: { bgcolor: 'rgba(0,0,0,0)', traceorder: 'normal' },
      hoverlabel: { font: { family: fontFamily } },
      margin: { l: 60, r: 20, t: 50, b: 50 },
    },
  };
}

/** From little to much on a heat map with numbers: every step keeps black or white text readable. */
export const sequential = [[0, '#f2f6fa'], [0.6, '#a9cde4'], [0.75, '#2f7fb5'], [1, '#053c63']] as const;

/** Plotly templates; every figure carries `light`, and a dark page swaps it (`layout.template`). */
export const templates = {
  light: template('#222222', '#ffffff', '#e6e6e6'),
  dark: template('#e4e4e4', '#16181c', '#33373d'),
};

/** Legend in rows, `top` CSS pixels below the upper edge of a figure of this height: by default under its title. */
export const legendUnderTitle = (height: number, top = 36): object =>
  ({ orientation: 'h', xref: 'container', x: 0.01, xanchor: 'left', yref: 'container', y: 1 - top / height, yanchor: 'top' });

/** Bars from the ends of intervals around means, in percent; none where there is no interval. */
export function errorBars(
  estimates: readonly { readonly mean: number | null; readonly interval: readonly [low: number, high: number] | null }[], color: string,
): object {
  return {
    type: 'data', symmetric: false, color, thickness: 1.5, width: 4,
    array: estimates.map(({ mean, interval }) => interval === null ? null : 100 * (interval[1] - mean!)),
    arrayminus: estimates.map(({ mean, interval }) => interval === null ? null : 100 * (mean! - interval[0])),
  };
}

/** `color` (`#rrggbb`) with an opacity in [0, 1]. */
export function translucent(color: string, opacity: number): string {
  const channels = [1, 3, 5].map(at => parseInt(color.slice(at, at + 2), 16));
  return `rgba(${channels.join(',')},${opacity})`;
}
