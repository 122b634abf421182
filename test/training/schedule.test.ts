import { describe, expect, it } from 'vitest';
import { learningRateAt } from '../../src/training/index.js';

describe('learningRateAt', () => {
  const schedule = { learningRate: 0.4, warmup: 0.2, steps: 20 };

  it('rises linearly to the peak over the warm-up', () => {
    expect([0, 1, 2, 3].map(step => learningRateAt(step, schedule))).toEqual([0.1, 0.2, expect.closeTo(0.3, 12), 0.4]);
  });

  it('then follows half a cosine: peak, half way down in the middle, towards 0 at the end', () => {
    // 16 steps are left after 4 of warm-up; cos(0) = 1, cos(π/4) = √½, cos(π/2) = 0, cos(15π/16).
    expect(learningRateAt(4, schedule)).toBe(0.4);
    expect(learningRateAt(8, schedule)).toBeCloseTo(0.2 * (1 + Math.SQRT1_2), 12);
    expect(learningRateAt(12, schedule)).toBeCloseTo(0.2, 12);
    expect(learningRateAt(19, schedule)).toBeCloseTo(0.2 * (1 + Math.cos((15 / 16) * Math.PI)), 12);
  });

  it('starts at the peak without warm-up', () => {
    expect(learningRateAt(0, { learningRate: 0.4, warmup: 0, steps: 1 })).toBe(0.4);
  });
});
