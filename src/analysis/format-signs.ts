import { aligned } from './aligned.js';
import type { SignDynamics } from './sign-dynamics.js';

const header = ['layer', 'weights', 'flips a weight', 'never', 'once', 'twice', 'oscillating', 'last sample', 'half settled by', ''];

/**
 * The result of {@link signDynamics} as text with aligned columns and a legend.
 *
 * @returns lines joined by newlines, without one at the end
 */
export function formatSigns(rows: readonly SignDynamics[]): string {
  const lines = aligned([header, ...rows.map(row => [
    row.name, String(row.weights), row.meanFlips.toFixed(2), ...row.flips.map(percent), percent(row.flipRatio.at(-1)!), `step ${halfSettled(row)}`, '',
  ])]);
  lines.splice(1, 0, '-'.repeat(Math.max(...lines.map(line => line.length))));
  const steps = rows[0]?.steps ?? [];
  return [
    ...lines, '',
    `Signs at ${steps.length} samples, steps ${steps[0] ?? '-'} to ${steps.at(-1) ?? '-'}; what is undone between two samples is not seen. Shares of the weights that`,
    'flipped never, once, twice, and three times or more, which is to flip back at least twice (oscillating); share that differs in the',
    'last sample from the one before; step by which half of the weights had their last flip.',
  ].join('\n');
}

function halfSettled({ steps, neverFlipped, lastFlip }: SignDynamics): number {
  let settled = neverFlipped;
  let at = 0;
  while (settled < 0.5) settled += lastFlip[at++]!;
  return steps[at]!;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
