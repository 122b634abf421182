import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { resamplePositions } from '../../src/models/index.js';

interface PositionsCase {
  readonly prefixTokens: number;
  readonly side: number;
  readonly newSide: number;
  readonly positions: number[];
  readonly resampled: number[];
}

const rows = JSON.parse(readFileSync(new URL('../fixtures/models/positions.json', import.meta.url), 'utf8')) as PositionsCase[];

it.each(rows)('positions of $side x $side patches become those that PyTorch makes for $newSide x $newSide', ({ prefixTokens, side, newSide, positions, resampled }) => {
  const found = resamplePositions(Float32Array.from(positions), prefixTokens, side, newSide);
  expect(found).toHaveLength((prefixTokens + newSide ** 2) * 2);
  // Float32 sums of up to 9 x 9 inputs below 4 on both sides.
  found.forEach((value, index) => { expect(Math.abs(value - resampled[index]!), String(index)).toBeLessThan(3e-6); });
  expect([...found.subarray(0, 2 * prefixTokens)]).toEqual([...Float32Array.from(positions.slice(0, 2 * prefixTokens))]);
});

it('positions of the same grid stay as they are', () => {
  const positions = Float32Array.from({ length: 20 }, (_, index) => Math.sin(index));
  expect(resamplePositions(positions, 1, 3, 3)).toEqual(positions);
});

it('every grid becomes exactly the one that is asked for, and constants stay', () => {
  for (const [side, newSide] of [[14, 61], [3, 2], [24, 14], [1, 9], [16, 37]] as const) {
    const found = resamplePositions(new Float32Array((1 + side ** 2) * 3).fill(0.5), 1, side, newSide);
    expect(found).toHaveLength((1 + newSide ** 2) * 3);
    // Weights that sum to 1, in float32.
    for (const value of found) expect(Math.abs(value - 0.5)).toBeLessThan(1e-6);
  }
});
