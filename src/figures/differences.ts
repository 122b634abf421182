import type { Verdict } from '../experiments/index.js';
import { defaultWidth, type Figure, type FigureOptions } from './figure.js';
import { escapeText, interval, points } from './text.js';
import { errorBars, legendUnderTitle, neutral, templates, verdictStyle } from './theme.js';

/** A paired comparison of two arms, or a contrast of several. */
export interface Difference {
  /** What is compared, in words: "XNOR-Net - BNN, MLP and MHSA". */
  readonly label: string;
  /** Mean of the per-seed differences, as a fraction. */
  readonly mean: number;
  /** 95 % interval of the mean; `null` when one seed gives none. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Difference that the claim asks for, fixed beforehand. */
  readonly margin: number;
  /** Seeds that both arms have. */
  readonly n: number;
  readonly verdict: Verdict;
}

/** Forest plot: one row a comparison, with its interval, the margin that was asked for, and the verdict as colour and mark. */
export function differencesFigure(differences: readonly Difference[], options: FigureOptions = {}): Figure {
  const rows = differences.map((difference, index) => ({ ...difference, y: differences.length - 1 - index }));
  const verdicts = (['supported', 'contradicted', 'undecided'] as const).filter(verdict => rows.some(row => row.verdict === verdict));
  const data = verdicts.map(verdict => {
    const { color, symbol } = verdictStyle(verdict);
    const members = rows.filter(row => row.verdict === verdict);
    return {
      type: 'scatter', mode: 'markers', name: verdict,
      x: members.map(row => 100 * row.mean), y: members.map(row => row.y),
      error_x: errorBars(members, color),
      text: members.map(row => escapeText(`${row.label}: ${describe(row)}`)), hoverinfo: 'text',
      marker: { color, symbol, size: 9 },
    };
  });
  const margins = {
    type: 'scatter', mode: 'markers', name: 'margin asked for', hoverinfo: 'x',
    x: rows.map(row => 100 * row.margin), y: rows.map(row => row.y),
    marker: { symbol: 'line-ns-open', size: 14, color: neutral, line: { width: 2 } },
  };
  const height = 150 + 46 * rows.length;
  return {
    data: [margins, ...data],
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height,
      title: { text: escapeText(options.title ?? 'Paired differences in test accuracy') },
      xaxis: { title: { text: 'difference (percentage points)' }, zeroline: true, zerolinecolor: neutral, zerolinewidth: 1 },
      yaxis: {
        range: [-0.5, rows.length - 0.2], showgrid: false, showticklabels: false, ticks: '',
      },
      legend: legendUnderTitle(height),
      margin: { l: 16, r: 180, t: 76, b: 54 },
      annotations: rows.flatMap(row => [
        { xref: 'paper', x: 1.01, xanchor: 'left', y: row.y, yanchor: 'middle', showarrow: false, font: { size: 11 }, text: describe(row) },
        // Above its row, so that a long label takes nothing from the width of the plot.
        { xref: 'paper', x: 0, xanchor: 'left', y: row.y + 0.26, yanchor: 'bottom', showarrow: false, font: { size: 11 }, text: escapeText(row.label) },
      ]),
    },
    caption: 'Mean of the per-seed differences with its 95 % t-interval; a tick marks the difference that the claim asks for. '
      + 'Green: supported; red cross: contradicted; open grey: undecided at this number of seeds.',
    alternative: `Differences in percentage points: ${rows.map(row => `${row.label}: ${describe(row)}, ${row.verdict}`).join('; ')}.`,
  };
}

function describe({ mean, interval: range, n }: Difference): string {
  return `${points(mean)} ${interval(range)}, n = ${n}`;
}
