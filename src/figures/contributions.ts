import type { Contributions, Replacement } from '../analysis/index.js';
import { defaultWidth, type Figure, type FigureOptions } from './figure.js';
import { count, escapeText, interval, percent, points } from './text.js';
import { errorBars, legendUnderTitle, neutral, templates, whereStyle } from './theme.js';

const kinds = [{ kind: 'attn', part: 'mhsa', name: 'MHSA' }, { kind: 'mlp', part: 'mlp', name: 'MLP' }] as const;

const texts: Readonly<Record<Replacement, { readonly title: string; readonly axis: string; readonly caption: string }>> = {
  zero: { title: 'What each branch contributes to the accuracy', axis: 'lost without it (points)', caption: 'a branch adds nothing' },
  'random-signs': { title: 'What the signs of each branch contribute', axis: 'lost with random signs (points)', caption: 'a branch has random signs at the same scales' },
  float: { title: 'What binarizing each branch costs', axis: 'lost in float (points)', caption: 'a branch is no longer binarized (below 0: gained)' },
};

/** What the accuracy loses without each residual branch: a pair of bars, MHSA and MLP, for each block, with their intervals. */
export function contributionsFigure({ replacement, accuracy, images, branches }: Contributions, options: FigureOptions = {}): Figure {
  const height = 360;
  return {
    data: kinds.map(({ kind, part, name }) => {
      const members = branches.filter(({ branch }) => branch.endsWith(`.${kind}`));
      const { color } = whereStyle(part);
      return {
        type: 'bar', name,
        x: members.map(({ branch }) => `block ${/\d+/.exec(branch)![0]}`), y: members.map(({ contribution }) => 100 * contribution),
        error_y: errorBars(members.map(({ contribution, interval: range }) => ({ mean: contribution, interval: range })), neutral),
        marker: { color }, hovertemplate: '%{x}: %{y:.2f} points',
      };
    }),
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height,
      title: { text: escapeText(options.title ?? texts[replacement].title) },
      barmode: 'group', bargap: 0.35, bargroupgap: 0.08,
      yaxis: { title: { text: texts[replacement].axis }, zeroline: true, zerolinecolor: neutral, zerolinewidth: 1 },
      legend: legendUnderTitle(height),
      margin: { l: 60, r: 20, t: 76, b: 40 },
    },
    caption: `Percentage points of test accuracy that are lost when ${texts[replacement].caption}, of ${percent(accuracy)} % `
      + `(${count(images, 'image')}); 95 % interval from the paired outcomes of the images.`,
    alternative: `Contribution in percentage points: ${branches.map(({ branch, contribution, interval: range }) =>
      `${branch} ${points(contribution)} ${interval(range)}`).join('; ')}.`,
  };
}
