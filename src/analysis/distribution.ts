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

/** Shape of a distribution; sums in double precision, over the finite values. */
export interface Moments {
  /** Number of finite values; the rest are counted below and enter nothing else. */
  readonly n: number;
  readonly nan: number;
  readonly infinite: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  /** Root of the mean squared deviation (n, not n - 1). */
  readonly std: number;
  /** mean |x|, which is XNOR-Net's scaling factor of the whole matrix. */
  readonly meanAbsolute: number;
  /** m3 / m2^1.5; 0 for a symmetric distribution. */
  readonly skewness: number;
  /** m4 / m2^2 - 3; 0 for a normal distribution, -1.2 for a uniform one, -2 for two equal peaks. */
  readonly excessKurtosis: number;
  /**
   * Sarle's coefficient with the correction for n, in (0, 1]: above 5/9, that of a uniform distribution, it speaks for two
   * peaks (Pfister et al. 2013, Frontiers in Psychology 4:700, eq. 1). NaN below 4 values.
   */
  readonly bimodality: number;
}

/**
 * @returns moments; those of no value at all are NaN, as are skewness, kurtosis and bimodality where all values are equal
 */
export function moments(values: ArrayLike<number>): Moments {
  let [n, nan, infinite, sum, absolute, minimum, maximum] = [0, 0, 0, 0, 0, Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) nan++;
    else if (!Number.isFinite(value)) infinite++;
    else {
      n++;
      sum += value;
      absolute += Math.abs(value);
      if (value < minimum) minimum = value;
      if (value > maximum) maximum = value;
    }
  }
  const mean = sum / n;
  const allFinite = n === values.length;
  let [m2, m3, m4] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    if (!allFinite && !Number.isFinite(values[i]!)) continue;
    const deviation = values[i]! - mean;
    const square = deviation * deviation;
    m2 += square;
    m3 += square * deviation;
    m4 += square * square;
  }
  [m2, m3, m4] = [m2 / n, m3 / n, m4 / n];
  const spread = n > 0 && minimum < maximum;
  return {
    n, nan, infinite,
    minimum: n === 0 ? NaN : minimum,
    maximum: n === 0 ? NaN : maximum,
    mean, std: Math.sqrt(m2), meanAbsolute: absolute / n,
    skewness: spread ? m3 / m2 ** 1.5 : NaN,
    excessKurtosis: spread ? m4 / m2 ** 2 - 3 : NaN,
    bimodality: spread && n >= 4 ? sarle(m3 / m2 ** 1.5, m4 / m2 ** 2 - 3, n) : NaN,
  };
}

/** (G1² + 1) / (G2 + 3 (n-1)² / ((n-2)(n-3))) with the sample skewness G1 and sample excess kurtosis G2 (Joanes and Gill 1998). */
function sarle(skewness: number, excessKurtosis: number, n: number): number {
  const g1 = skewness * Math.sqrt(n * (n - 1)) / (n - 2);
  const g2 = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * excessKurtosis + 6);
  return (g1 * g1 + 1) / (g2 + 3 * (n - 1) ** 2 / ((n - 2) * (n - 3)));
}
