import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fiveNumbers, histogram } from '../../src/analysis/index.js';

describe('histogram', () => {
  it('puts every finite value into the one bin whose edges enclose it, and no other value', () => {
    fc.assert(fc.property(fc.array(fc.double(), { maxLength: 60 }), fc.integer({ min: 1, max: 30 }), (values, half) => {
      const { edges, counts, n, nonFinite } = histogram(values, 2 * half);
      const finite = values.filter(Number.isFinite);
      expect(n).toBe(finite.length);
      expect(n + nonFinite).toBe(values.length);
      const last = edges.length - 1;
      const expected = counts.map((_, i) => finite.filter(v => v >= edges[i]! && (v < edges[i + 1]! || (i === last - 1 && v === edges[last]))).length);
      expect(counts).toEqual(expected);
      expect(counts.reduce((sum, amount) => sum + amount, 0)).toBe(n);
    }));
  });

  it('has 0 as an edge, so that no bin holds both signs', () => {
    expect(histogram([-3, 1, 2], 8).edges).toEqual([-3, -2.25, -1.5, -0.75, 0, 0.75, 1.5, 2.25, 3]);
    expect(histogram([-3, 1, 2], 2).counts).toEqual([1, 2]);
  });

  it('is defined for no value and for zeros alone', () => {
    expect(histogram([], 2)).toEqual({ edges: [-1, 0, 1], counts: [0, 0], n: 0, nonFinite: 0 });
    expect(histogram([0, -0, NaN], 2)).toEqual({ edges: [-1, 0, 1], counts: [0, 2], n: 2, nonFinite: 1 });
  });

  it('refuses a number of bins that leaves no edge at 0', () => {
    expect(() => histogram([1], 3)).toThrow('bins: expected a positive even integer, found 3');
  });
});

describe('fiveNumbers', () => {
  it("gives numpy's quartiles", () => {
    // numpy.quantile([7, 1, 3, 10], [0, .25, .5, .75, 1]) = [1, 2.5, 5, 7.75, 10]
    expect(fiveNumbers([7, 1, 3, 10])).toEqual({ minimum: 1, lowerQuartile: 2.5, median: 5, upperQuartile: 7.75, maximum: 10 });
  });

  it('leaves out what is not finite and says when nothing is left', () => {
    expect(fiveNumbers([NaN, 2, Infinity])).toEqual({ minimum: 2, lowerQuartile: 2, median: 2, upperQuartile: 2, maximum: 2 });
    expect(fiveNumbers([NaN])).toBeNull();
  });
});
