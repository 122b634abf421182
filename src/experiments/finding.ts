import type { ClaimResult, ComparisonResult, Verdict } from './verdict.js';

/**
 * What was found about a claim, in one sentence with the mean difference, the 95 % interval and the seeds of every
 * comparison, and what is missing in further ones.
 */
export function finding(result: Omit<ClaimResult, 'finding'>): string {
  const { comparisons, verdict, failed, notConverged } = result;
  const missing = Math.max(...comparisons.map(({ missingSeeds }) => missingSeeds.length));
  return [
    `${capital(verdict)} (${tally(comparisons)}): ${comparisons.map(describe).join('; ')}.`,
    missing > 0 ? `Up to ${missing} of ${missing + result.n} seeds are missing in a comparison.` : '',
    failed.length > 0 ? `Failed runs keep their comparisons undecided: ${failed.join('; ')}.` : '',
    notConverged.length > 0 ? `Counted although they did not converge (accuracy below 20 %): ${notConverged.join('; ')}.` : '',
  ].filter(sentence => sentence !== '').join(' ');
}

/** `2 of 3 comparisons supported, 1 undecided`. */
function tally(comparisons: readonly ComparisonResult[]): string {
  const counts = (['supported', 'contradicted', 'undecided'] as const)
    .map((verdict): [Verdict, number] => [verdict, comparisons.filter(comparison => comparison.verdict === verdict).length])
    .filter(([, count]) => count > 0);
  return counts.map(([verdict, count], i) => `${count}${i === 0 ? ` of ${comparisons.length} comparisons` : ''} ${verdict}`).join(', ');
}

function describe({ label, mean, interval, n }: ComparisonResult): string {
  if (mean === null) return `${label} not measured`;
  const range = interval === null ? 'no interval from one seed' : `95 % interval ${points(interval[0])} to ${points(interval[1])}`;
  return `${label} ${points(mean)} points (${range}, n = ${n})`;
}

/** Percentage points with sign and one decimal. */
function points(fraction: number): string {
  const text = Math.abs(100 * fraction).toFixed(1);
  return `${text === '0.0' ? '' : fraction < 0 ? '−' : '+'}${text}`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
