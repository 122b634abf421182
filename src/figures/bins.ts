/** Counts of values over equal bins that are symmetric about 0. */
export interface Histogram {
  /** `bins + 1` ascending edges from -m to m, m the largest absolute value; with an even number of bins 0 is an edge. */
  readonly edges: readonly number[];
  /** Values in [edge i, edge i+1); the last bin includes its right edge. They sum to `n`. */
  readonly counts: readonly number[];
  /** Number of finite values. */
  readonly n: number;
  /** Number of NaN and infinite values; they are in no bin. */
  readonly nonFinite: number;
}

/**
 * Bins values ourselves, so that a figure's size does not depend on how many there are. Edges are symmetric about 0
 * because there a latent weight changes its sign.
 *
 * @param bins even number of bins
 * @throws RangeError when `bins` is not a positive even integer
 */
export function histogram(values: ArrayLike<number>, bins = 40): Histogram {
  if (!Number.isInteger(bins) || bins <= 0 || bins % 2 !== 0) {
    throw new RangeError(`bins: expected a positive even integer, found ${bins}`);
  }
  let largest = 0;
  let n = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    n++;
    largest = Math.max(largest, Math.abs(value));
  }
  const reach = largest === 0 ? 1 : largest;
  const edges = Array.from({ length: bins + 1 }, (_, i) => reach * ((2 * i) / bins - 1));
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i]!)) counts[binOf(values[i]!, edges)]!++;
  }
  return { edges, counts, n, nonFinite: values.length - n };
}

function binOf(value: number, edges: readonly number[]): number {
  const bins = edges.length - 1;
  const reach = edges[bins]!;
  let bin = Math.min(bins - 1, Math.floor((value / reach + 1) / 2 * bins));
  // The quotient is rounded; the edges decide.
  while (value < edges[bin]!) bin--;
  while (bin < bins - 1 && value >= edges[bin + 1]!) bin++;
  return bin;
}

/** Minimum, quartiles and maximum. */
export interface FiveNumbers {
  readonly minimum: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  readonly maximum: number;
}

/**
 * Five-number summary of the finite values; quartiles by linear interpolation between order statistics (type 7 of
 * Hyndman and Fan 1996, the default of R and numpy).
 *
 * @returns `null` when no value is finite
 */
export function fiveNumbers(values: ArrayLike<number>): FiveNumbers | null {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  if (sorted.length === 0) return null;
  const quantile = (share: number): number => {
    const position = share * (sorted.length - 1);
    const below = Math.floor(position);
    const low = sorted[below]!;
    const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
    return low + (position - below) * (high - low);
  };
  return { minimum: quantile(0), lowerQuartile: quantile(0.25), median: quantile(0.5), upperQuartile: quantile(0.75), maximum: quantile(1) };
}
