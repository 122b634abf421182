/** A power law p(x) ~ x^-alpha fitted to the tail of a sample. */
export interface PowerLawFit {
  /** Exponent, above 1; WeightWatcher calls 2 to 6 well trained, below 2 over-trained. */
  readonly alpha: number;
  /** Standard error of alpha, (alpha - 1) / √n. */
  readonly standardError: number;
  /** Where the tail begins. */
  readonly from: number;
  /** Values in the tail; of a few it says little. */
  readonly n: number;
  /** Kolmogorov-Smirnov distance of the fit, in [0, 1]. */
  readonly distance: number;
}

/** Below this many values WeightWatcher's documentation advises against a fit. */
export const leastPowerLawValues = 50;

/**
 * Maximum-likelihood exponent of the tail whose beginning minimises the Kolmogorov-Smirnov distance: for every value as beginning,
 * α = 1 + n / Σ ln(x_i / x_min) over the n values from it on (Clauset, Shalizi and Newman 2009, arXiv 0706.1062, eq. 3.1 and section
 * 3.3), as WeightWatcher measures the eigenvalues of WᵀW (Martin, Peng and Mahoney 2021, arXiv 2002.06716).
 *
 * @param values positive; zeros, which have no logarithm, are left out
 * @returns `null` below {@link leastPowerLawValues} positive values, or where no tail has an exponent above 1
 */
export function fitPowerLaw(values: ArrayLike<number>): PowerLawFit | null {
  const sorted = Float64Array.from(values).filter(value => value > 0).sort();
  if (sorted.length < leastPowerLawValues) return null;
  let best: PowerLawFit | null = null;
  let logSum = 0;
  // From the largest value down, so that the sum of logarithms grows by one at a time; of equal distances the longest tail counts.
  for (let first = sorted.length - 1; first >= 0; first--) {
    const logFrom = Math.log(sorted[first]!);
    logSum += logFrom;
    const n = sorted.length - first;
    const alpha = 1 + n / (logSum - n * logFrom);
    // The largest value alone is no tail.
    if (n === 1 || !(alpha > 1 && alpha < Infinity)) continue;
    const distance = tailDistance(sorted, first, alpha);
    if (best === null || distance <= best.distance) {
      best = { alpha, standardError: (alpha - 1) / Math.sqrt(n), from: sorted[first]!, n, distance };
    }
  }
  return best;
}

/** max_i |1 - (x_i / x_min)^(1 - α) - i / n| */
function tailDistance(sorted: Float64Array, first: number, alpha: number): number {
  const n = sorted.length - first;
  let distance = 0;
  for (let i = 0; i < n; i++) {
    distance = Math.max(distance, Math.abs(1 - (sorted[first + i]! / sorted[first]!) ** (1 - alpha) - i / n));
  }
  return distance;
}
