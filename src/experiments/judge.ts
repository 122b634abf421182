import { claims, type Claim, type Comparison } from './claims.js';
import { finding } from './finding.js';
import { runName, type ResultRow } from './result-row.js';
import { holm, meanEstimate, signFlipTest, significance, smallestSignFlipP, tTest } from './statistics.js';
import type { ClaimResult, ComparisonResult, Verdict } from './verdict.js';

/**
 * Whether a run learned more than a little: its test accuracy is at least 0.2, twice the chance of ten classes. Runs that
 * did not are named, never left out: leaving them out would flatter the arms that fail.
 */
export function converged(row: ResultRow): boolean {
  return row.testAccuracy !== null && row.testAccuracy >= 0.2;
}

/**
 * Decides every claim at the number of seeds that are there.
 *
 * A comparison is `supported` or `contradicted` when its Holm-adjusted t-test is below 0.05, on the side of the margin
 * where its mean lies; `different` claims are contradicted when the whole 95 % interval lies within ± margin. From six
 * seeds on, the sign-flip test, which does not assume normal values, must be below 0.05 too (with fewer it cannot be). A
 * claim is supported when all its comparisons are, contradicted when one of them is. All else is `undecided`.
 *
 * @param rows one row a run
 * @param seeds the planned seeds; those without a result are counted as missing
 */
export function judgeClaims(rows: readonly ResultRow[], seeds: readonly number[]): ClaimResult[] {
  const families = [...new Set(claims.map(claim => claim.family))];
  return families.flatMap(name => judgeFamily(claims.filter(({ family }) => family === name), rows, seeds));
}

function judgeFamily(family: readonly Claim[], rows: readonly ResultRow[], seeds: readonly number[]): ClaimResult[] {
  const measured = family.flatMap(claim => claim.comparisons.map(comparison => measure(comparison, claim, rows, seeds)));
  const adjusted = holm(measured.map(({ p }) => p));
  let next = 0;
  return family.map(claim => {
    const cells = new Set(claim.comparisons.flatMap(({ terms }) => Object.keys(terms)));
    const runs = rows.filter(row => cells.has(row.cell) && seeds.includes(row.seed));
    const failed = runs.filter(row => row.status === 'failed').map(row => `${runName(row)}: ${row.reason ?? 'no reason recorded'}`);
    const comparisons = claim.comparisons.map(({ terms }) => {
      const result = { ...measured[next]!, adjustedP: adjusted[next]! };
      next++;
      const complete = !runs.some(row => row.cell in terms && row.status === 'failed');
      return { ...result, verdict: complete ? decide(claim, result) : 'undecided' as const };
    });
    const result = {
      claim,
      comparisons,
      verdict: combine(comparisons.map(({ verdict }) => verdict)),
      n: Math.min(...comparisons.map(({ n }) => n)),
      failed,
      notConverged: runs.filter(row => row.status === 'done' && !converged(row)).map(runName),
    };
    return { ...result, finding: finding(result) };
  });
}

function measure(
  { label, terms }: Comparison, claim: Claim, rows: readonly ResultRow[], seeds: readonly number[],
): Omit<ComparisonResult, 'adjustedP' | 'verdict'> {
  const accuracies = new Map(rows.map(row => [runName(row), row.testAccuracy]));
  const differences = seeds.flatMap(seed => {
    let value = 0;
    for (const [cell, weight] of Object.entries(terms)) {
      const accuracy = accuracies.get(runName({ cell, seed })) ?? null;
      if (accuracy === null) return [];
      value += weight * accuracy;
    }
    return [{ seed, value }];
  });
  const values = differences.map(({ value }) => value);
  const { n, mean, interval } = meanEstimate(values);
  const expected = claim.kind === 'greater' ? claim.margin : 0;
  return {
    label,
    margin: claim.margin,
    differences,
    n,
    missingSeeds: seeds.filter(seed => !differences.some(difference => difference.seed === seed)),
    mean,
    interval,
    p: tTest(values, expected),
    signFlipP: n <= 20 ? signFlipTest(values, expected) : null,
  };
}

function decide(claim: Claim, { mean, interval, adjustedP, signFlipP, n }: Omit<ComparisonResult, 'verdict'>): Verdict {
  if (mean === null || interval === null || adjustedP === null) return 'undecided';
  if (claim.kind === 'different' && interval[0] > -claim.margin && interval[1] < claim.margin) return 'contradicted';
  const doubtful = signFlipP !== null && smallestSignFlipP(n) < significance && signFlipP >= significance;
  if (adjustedP >= significance || doubtful) return 'undecided';
  return claim.kind === 'different' || mean > claim.margin ? 'supported' : 'contradicted';
}

function combine(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('contradicted')) return 'contradicted';
  return verdicts.every(verdict => verdict === 'supported') ? 'supported' : 'undecided';
}
