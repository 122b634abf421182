import { resizeImage } from '../../../src/inference/browser.js';

/** A drawing: ink from 0 to 255, `[height, width]`. */
export interface Drawing {
  readonly height: number;
  readonly width: number;
  readonly ink: ArrayLike<number>;
}

/** Side of an image of MNIST, of the box that a digit fills in it, and where the centre of its mass lies. */
const side = 28;
const box = 20;
const middle = 14;

/**
 * A drawing as MNIST has its digits: scaled so that its longer side is 20 pixels, grey where a pixel is partly covered, and moved by
 * whole pixels so that the centre of its mass lies in pixel 14 of 28, as it does in all images of MNIST, as far as it stays inside.
 *
 * @returns `[28 · 28]`, 0 to 255; null when nothing is drawn
 * @see LeCun et al. 1998, Gradient-based learning applied to document recognition, section III A
 */
export function mnistDigit(drawing: Drawing): Uint8Array | null {
  const inked = cropped(drawing);
  if (inked === null) return null;
  const scale = box / Math.max(inked.height, inked.width);
  const [height, width] = [inked.height, inked.width].map(size => Math.max(1, Math.round(size * scale))) as [number, number];
  const { pixels } = resizeImage({ ...inked, pixels: Uint8Array.from({ length: 3 * inked.ink.length }, (_, at) => inked.ink[Math.floor(at / 3)]!) }, height, width, 'bilinear');
  const ink = Uint8Array.from({ length: height * width }, (_, at) => pixels[3 * at]!);
  const top = start(centreOf(ink, at => Math.floor(at / width)), height);
  const left = start(centreOf(ink, at => at % width), width);
  const digit = new Uint8Array(side * side);
  for (let row = 0; row < height; row++) digit.set(ink.subarray(row * width, (row + 1) * width), (top + row) * side + left);
  return digit;
}

/** The rows and columns that have ink in them. */
function cropped({ width, ink }: Drawing): Drawing | null {
  let [top, bottom, left, right] = [Infinity, -1, Infinity, -1];
  for (let at = 0; at < ink.length; at++) {
    if (ink[at]! === 0) continue;
    const [row, column] = [Math.floor(at / width), at % width];
    [top, bottom, left, right] = [Math.min(top, row), row, Math.min(left, column), Math.max(right, column)];
  }
  if (bottom < 0) return null;
  const [rows, columns] = [bottom - top + 1, right - left + 1];
  return {
    height: rows, width: columns,
    ink: Uint8Array.from({ length: rows * columns }, (_, at) => ink[(top + Math.floor(at / columns)) * width + left + at % columns]!),
  };
}

/** Mean position of the ink along one axis, in pixels. */
function centreOf(ink: Uint8Array, position: (at: number) => number): number {
  let [mass, moment] = [0, 0];
  ink.forEach((value, at) => {
    mass += value;
    moment += value * position(at);
  });
  return moment / mass;
}

/** First pixel of a digit of this size whose centre of mass lies there. */
function start(centre: number, size: number): number {
  return Math.min(Math.max(Math.round(middle - centre), 0), side - size);
}
