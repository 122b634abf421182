import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toCodePoints, toUnits } from '../../../src/notebook/jupyter/code-points.js';

it('code points and UTF-16 units differ by the characters outside the basic plane', () => {
  expect(toUnits('😀a', 1)).toBe(2);
  expect(toCodePoints('😀a', 2)).toBe(1);
});

it('every position between characters comes back, and beyond the end is the end', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (text, position) => {
    const count = Array.from(text).length;
    expect(toCodePoints(text, toUnits(text, position))).toBe(Math.min(position, count));
  }));
});
