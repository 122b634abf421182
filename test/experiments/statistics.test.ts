import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holm, meanEstimate, signFlipTest, smallestSignFlipP, tTest } from '../../src/experiments/statistics.js';

// Sleep gained by ten patients under two drugs (Student 1908; R's data set `sleep`), difference of the two.
const sleep = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4];

/** Differences of accuracies over 10,000 images. */
const difference = fc.integer({ min: -10_000, max: 10_000 }).map(count => count / 10_000);
const values = (minLength: number, maxLength: number) => fc.array(difference, { minLength, maxLength });

describe('t-interval and t-test', () => {
  // scipy 1.17: stats.ttest_1samp(sleep, 0); .confidence_interval(0.95)
  //   -> pvalue 0.00283289019738427, interval [0.7001142373, 2.4598857627]; R's t.test(paired = TRUE) prints the same.
  // jStat's t quantile is accurate to 1e-8.
  test('agree with scipy and R on Student\'s sleep data', () => {
    const { n, mean, interval } = meanEstimate(sleep);
    expect(n).toBe(10);
    expect(mean).toBeCloseTo(1.58, 12);
    expect(interval![0]).toBeCloseTo(0.7001142373, 7);
    expect(interval![1]).toBeCloseTo(2.4598857627, 7);
    expect(tTest(sleep, 0)).toBeCloseTo(0.00283289019738427, 9);
  });

  // For two values t has one degree of freedom, the Cauchy distribution: p = 1 - 2 atan(|t|) / π, quantile tan(0.475 π); s / √n = 1 here.
  test('have their closed form at two values', () => {
    expect(meanEstimate([1, 3]).interval![1]).toBeCloseTo(2 + Math.tan(0.475 * Math.PI), 6);
    expect(tTest([1, 3], 0)).toBeCloseTo(1 - (2 * Math.atan(2)) / Math.PI, 9);
  });

  test('the interval excludes a value exactly when its p is below 0.05', () => {
    fc.assert(fc.property(values(2, 12), difference, (sample, expected) => {
      const [low, high] = meanEstimate(sample).interval!;
      // Where the edge is closer than the quantile's error the two may differ.
      fc.pre(Math.min(Math.abs(low - expected), Math.abs(high - expected)) > 1e-6);
      expect(tTest(sample, expected)! < 0.05).toBe(expected < low || expected > high);
    }));
  });

  test('one value has a mean and no interval, no value has neither', () => {
    expect(meanEstimate([0.5])).toEqual({ n: 1, mean: 0.5, standardDeviation: null, interval: null });
    expect(meanEstimate([])).toEqual({ n: 0, mean: null, standardDeviation: null, interval: null });
    expect(tTest([0.5], 0)).toBeNull();
  });

  test('equal values give a point interval and no NaN', () => {
    expect(meanEstimate([0.25, 0.25, 0.25]).interval).toEqual([0.25, 0.25]);
    expect(tTest([0.25, 0.25], 0)).toBe(0);
    expect(tTest([0.25, 0.25], 0.25)).toBe(1);
  });
});

describe('sign-flip test', () => {
  // scipy: stats.permutation_test((sleep,), numpy.mean, permutation_type='samples', n_resamples=numpy.inf)
  //   -> pvalue 0.00390625 = 4 / 1024 (flipping the difference of 0 changes nothing).
  test('agrees with scipy on Student\'s sleep data', () => {
    expect(signFlipTest(sleep, 0)).toBe(0.00390625);
  });

  test('values of one sign give the smallest p there is', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 2, maxLength: 10 }), sample => {
      expect(signFlipTest(sample, 0)).toBe(smallestSignFlipP(sample.length));
    }));
  });

  test('does not depend on the order or the common sign of the values', () => {
    fc.assert(fc.property(values(2, 8), sample => {
      const p = signFlipTest(sample, 0);
      expect(signFlipTest(sample.toReversed(), 0)).toBe(p);
      expect(signFlipTest(sample.map(value => -value), 0)).toBe(p);
    }));
  });

  test('says when there are too many patterns, and has no p for one value', () => {
    expect(() => signFlipTest(Array.from({ length: 21 }, () => 1), 0)).toThrow('at most 20 values, found 21');
    expect(signFlipTest([1], 0)).toBeNull();
  });
});

describe('Holm', () => {
  // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), 'holm') -> 0.03 0.06 0.06 0.02
  test('agrees with R\'s p.adjust', () => {
    holm([0.01, 0.04, 0.03, 0.005]).forEach((p, i) => {
      expect(p).toBeCloseTo([0.03, 0.06, 0.06, 0.02][i]!, 12);
    });
  });

  test('a comparison without a p keeps its place in the family', () => {
    expect(holm([0.01, null])).toEqual([0.02, null]);
  });

  test('never lowers a p, never exceeds 1, keeps the order', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), p => {
      const adjusted = holm(p).map(value => value!);
      adjusted.forEach((value, i) => {
        expect(value).toBeGreaterThanOrEqual(p[i]!);
        expect(value).toBeLessThanOrEqual(1);
        adjusted.forEach((other, j) => { if (p[i]! < p[j]!) expect(value).toBeLessThanOrEqual(other); });
      });
    }));
  });
});
