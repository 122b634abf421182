import { aligned } from './aligned.js';
import type { ActivationRow } from './activations.js';

const header = ['layer', 'input', 'mean', 'std', 'beyond 1', 'upper', 'by channel: min', 'median', 'max', 'entropy', 'constant', ''];

/**
 * The result of {@link activationTable} as text with aligned columns and a legend.
 *
 * @param images how many the probe had
 * @returns lines joined by newlines, without one at the end
 */
export function formatActivations(rows: readonly ActivationRow[], images: number): string {
  const lines = aligned([header, ...rows.map(row => [
    row.name, row.binary ? '1 bit' : 'float', row.values.mean.toPrecision(3), row.values.std.toPrecision(3), percent(row.saturated), percent(row.upper),
    ...[row.channelUpper.minimum, row.channelUpper.median, row.channelUpper.maximum].map(percent), row.channelEntropy.toFixed(3),
    `${row.constantChannels} of ${row.features}`, '',
  ])]);
  lines.splice(1, 0, '-'.repeat(Math.max(...lines.map(line => line.length))));
  return [
    ...lines, '',
    `What each linear layer takes, over ${images} test images: mean and standard deviation before the sign, share beyond ±1 (where the clipped estimator`,
    'passes no gradient), share of the upper level (of values >= 0 where the input is float), the same by channel, mean entropy of a channel in bits,',
    'and channels whose level never changes.',
  ].join('\n');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
