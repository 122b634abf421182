import jStat from 'jstat';

/** Probability that a 95 % interval misses, and level of every test here. */
export const significance = 0.05;

/** Mean of a sample and how well it is known. */
export interface MeanEstimate {
  /** Number of values. */
  readonly n: number;
  /** `null` without values. */
  readonly mean: number | null;
  /** Sample standard deviation (n - 1); `null` below two values. */
  readonly standardDeviation: number | null;
  /** 95 % t-interval of the mean; `null` below two values. */
  readonly interval: readonly [low: number, high: number] | null;
}

/**
 * Mean m, sample standard deviation s and 95 % t-interval m ± t(0.975; n - 1) · s / √n.
 *
 * @param values finite numbers; fewer than two give no interval, none no mean either
 */
export function meanEstimate(values: readonly number[]): MeanEstimate {
  const n = values.length;
  if (n === 0) return { n, mean: null, standardDeviation: null, interval: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { n, mean, standardDeviation: null, interval: null };
  const standardDeviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const half = (jStat.studentt.inv(1 - significance / 2, n - 1) * standardDeviation) / Math.sqrt(n);
  return { n, mean, standardDeviation, interval: [mean - half, mean + half] };
}

/**
 * Two-sided p-value of the one-sample t-test of "the mean is `expected`": p = 2 · F(-|m - expected| · √n / s; n - 1).
 * It is below 0.05 exactly when the 95 % t-interval excludes `expected`.
 *
 * @returns a value in [0, 1]; for equal values 1 when they are `expected` and 0 when not; `null` below two values
 */
export function tTest(values: readonly number[], expected: number): number | null {
  const { n, mean, standardDeviation } = meanEstimate(values);
  if (mean === null || standardDeviation === null) return null;
  if (standardDeviation === 0) return mean === expected ? 1 : 0;
  return 2 * jStat.studentt.cdf(-Math.abs(((mean - expected) * Math.sqrt(n)) / standardDeviation), n - 1);
}

const mostSignFlips = 20;

/**
 * Two-sided sign-flip permutation test of "the values lie symmetrically about `expected`": the share of all 2^n sign
 * patterns whose sum of (value - expected) is at least as far from 0 as the observed one. Exact, and free of the t-test's
 * assumption of normal values; it cannot fall below 2^(1 - n).
 *
 * @returns a value in (0, 1]; `null` below two values
 * @throws RangeError above 20 values, where 2^n patterns are too many
 * @see Fisher 1935, The Design of Experiments, section 21
 */
export function signFlipTest(values: readonly number[], expected: number): number | null {
  const n = values.length;
  if (n > mostSignFlips) throw new RangeError(`sign-flip test: expected at most ${mostSignFlips} values, found ${n}`);
  if (n < 2) return null;
  const centred = values.map(value => value - expected);
  const observed = Math.abs(centred.reduce((sum, value) => sum + value, 0));
  // Sums that are equal on paper may differ in their last bits; such patterns count as equally far.
  const threshold = observed - 1e-12 * centred.reduce((sum, value) => sum + Math.abs(value), 0);
  const patterns = 2 ** n;
  let count = 0;
  for (let pattern = 0; pattern < patterns; pattern++) {
    const sum = centred.reduce((partial, value, i) => partial + ((pattern >> i) & 1 ? -value : value), 0);
    if (Math.abs(sum) >= threshold) count++;
  }
  return count / patterns;
}

/** The smallest p-value that {@link signFlipTest} can give for n values, 2^(1 - n). */
export function smallestSignFlipP(n: number): number {
  return 2 ** (1 - n);
}

/**
 * Holm's step-down adjustment: with p sorted upwards, p̃(i) = max over j ≤ i of min(1, (m - j + 1) · p(j)). Rejecting where
 * p̃ < 0.05 holds the probability of any false rejection among the m tests below 0.05.
 *
 * @returns adjusted values in the order of `pValues`; `null` stays `null` and still counts as a member of the family
 * @see Holm 1979, Scandinavian Journal of Statistics 6, 65-70
 */
export function holm(pValues: readonly (number | null)[]): (number | null)[] {
  const adjusted: (number | null)[] = pValues.map(() => null);
  const order = pValues.flatMap((p, index) => (p === null ? [] : [{ p, index }])).sort((a, b) => a.p - b.p);
  let largest = 0;
  order.forEach(({ p, index }, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * p));
    adjusted[index] = largest;
  });
  return adjusted;
}
