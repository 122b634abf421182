import { aligned } from './aligned.js';
import type { Contributions, Replacement } from './contribution.js';

const meanings: Readonly<Record<Replacement, string>> = {
  zero: 'the branch adds nothing and its block passes on what it got',
  'random-signs': 'the binary weights of the branch get random signs and keep their scales',
  float: 'the branch is no longer binarized (below 0: it gets better)',
};

/**
 * The table of {@link Contributions} as text with aligned columns.
 *
 * @returns lines joined by newlines, without one at the end
 */
export function formatContributions({ replacement, accuracy, images, branches }: Contributions): string {
  const lines = aligned([
    [replacement === 'zero' ? 'without' : 'replaced', 'accuracy', 'contribution', '95 % interval'],
    ...branches.map(({ branch, accuracy: without, contribution, interval }) =>
      [branch, percent(without), points(contribution), `${points(interval[0])} to ${points(interval[1])}`]),
  ]);
  lines.splice(1, 0, '-'.repeat(Math.max(...lines.map(line => line.length))));
  return [
    ...lines, '',
    `Accuracy of the whole model: ${percent(accuracy)} of ${images} test images. Contribution: percentage points that are lost when`,
    `${meanings[replacement]}; interval from the paired outcomes of the images.`,
  ].join('\n');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function points(share: number): string {
  return `${share > 0 ? '+' : ''}${(100 * share).toFixed(2)}`;
}
