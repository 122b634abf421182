import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mnistDigit } from '../../docs/demo/source/mnist-digit.js';
import { loadDataset } from '../../src/data/index.js';

/** A drawing with strokes of ink at some places. */
const drawing = fc.record({ height: fc.integer({ min: 1, max: 90 }), width: fc.integer({ min: 1, max: 90 }), seed: fc.array(fc.nat(8099), { minLength: 1, maxLength: 30 }) })
  .map(({ height, width, seed }) => {
    const ink = new Uint8Array(height * width);
    for (const place of seed) ink[place % ink.length] = 255;
    return { height, width, ink };
  });

function boxOf(pixels: Uint8Array): { height: number; width: number } {
  const places = [...pixels.keys()].filter(at => pixels[at]! > 0);
  const [rows, columns] = [places.map(at => Math.floor(at / 28)), places.map(at => at % 28)];
  return { height: Math.max(...rows) - Math.min(...rows) + 1, width: Math.max(...columns) - Math.min(...columns) + 1 };
}

/** Mean row and column of the ink. */
function centreOf(pixels: Uint8Array): [number, number] {
  let [mass, row, column] = [0, 0, 0];
  pixels.forEach((value, at) => { mass += value; row += value * Math.floor(at / 28); column += value * (at % 28); });
  return [row / mass, column / mass];
}

describe('mnistDigit', () => {
  it('fills a box of 20 pixels and is where it is drawn no more', () => {
    fc.assert(fc.property(drawing, fc.nat(20), fc.nat(20), ({ height, width, ink }, down, right) => {
      const digit = mnistDigit({ height, width, ink })!;
      const { height: rows, width: columns } = boxOf(digit);
      expect(Math.max(rows, columns)).toBeLessThanOrEqual(20);
      const moved = new Uint8Array((height + down) * (width + right));
      for (let row = 0; row < height; row++) moved.set(ink.subarray(row * width, (row + 1) * width), (row + down) * (width + right) + right);
      expect(mnistDigit({ height: height + down, width: width + right, ink: moved })).toEqual(digit);
    }));
  });

  it('leaves the digits of MNIST as they are, whatever their size and place: they have been there', () => {
    const { test } = loadDataset('mnist', {});
    for (let image = 0; image < 50; image++) {
      const pixels = test.images.subarray(784 * image, 784 * (image + 1));
      const [scale, side] = [5, 28 * 5 + 37];
      const large = Uint8Array.from({ length: side * side }, (_, at) => {
        const [row, column] = [Math.floor((Math.floor(at / side) - 37) / scale), Math.floor(at % side / scale)];
        return row >= 0 && column < 28 ? pixels[28 * row + column]! : 0;
      });
      const digit = mnistDigit({ height: side, width: side, ink: large })!;
      const [row, column] = centreOf(digit);
      expect(Math.max(Math.abs(row - 14), Math.abs(column - 14))).toBeLessThanOrEqual(0.5);
      expect(Math.max(...Object.values(boxOf(digit)))).toBe(20);
      const difference = digit.reduce((sum, value, at) => sum + Math.abs(value - pixels[at]!), 0);
      const mass = pixels.reduce((sum, value) => sum + value, 0);
      // What the filter blurs; a digit that lies a pixel beside is more than 0.4 away.
      expect(difference / mass, `test image ${image}`).toBeLessThan(0.35);
    }
  });

  it('is nothing where nothing is drawn', () => {
    expect(mnistDigit({ height: 30, width: 40, ink: new Uint8Array(1200) })).toBeNull();
  });
});
