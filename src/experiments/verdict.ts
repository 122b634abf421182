import type { Claim } from './claims.js';

export type Verdict = 'supported' | 'contradicted' | 'undecided';

/** What the runs say about one comparison. Differences are fractions: 0.01 is one percentage point of accuracy. */
export interface ComparisonResult {
  readonly label: string;
  readonly margin: number;
  /** One value for each seed that all arms have. */
  readonly differences: readonly { readonly seed: number; readonly value: number }[];
  /** Seeds behind the numbers. */
  readonly n: number;
  /** Planned seeds that are not among them. */
  readonly missingSeeds: readonly number[];
  /** `null` without a seed. */
  readonly mean: number | null;
  /** 95 % t-interval of the mean; `null` below two seeds. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Two-sided t-test against the margin (`greater`) or 0 (`different`), not corrected; `null` below two seeds. */
  readonly p: number | null;
  /** The same, corrected for the family. */
  readonly adjustedP: number | null;
  /** Exact sign-flip test against the same value; `null` below two seeds and above twenty. */
  readonly signFlipP: number | null;
  readonly verdict: Verdict;
}

/** A claim with its verdict. */
export interface ClaimResult {
  readonly claim: Claim;
  readonly comparisons: readonly ComparisonResult[];
  readonly verdict: Verdict;
  /** What was found, in plain words with its numbers. */
  readonly finding: string;
  /** Fewest seeds behind any of the comparisons. */
  readonly n: number;
  /** Runs of this claim's arms that ended without a result, with their reasons. While there are any, it stays undecided. */
  readonly failed: readonly string[];
  /** Runs that count as they are although they did not learn, see `converged`. */
  readonly notConverged: readonly string[];
}
