import type { RgbImage } from './image-file.js';

/** Interpolation of a resize, in Pillow's terms. */
export type Interpolation = 'bilinear' | 'bicubic';

/** The kernel and the distance, in pixels of the coarser grid, at which it ends. */
const kernels: Readonly<Record<Interpolation, { readonly support: number; readonly at: (x: number) => number }>> = {
  bilinear: { support: 1, at: x => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, at: cubic },
};

/** Keys' cubic convolution with a = -0.5 (Keys 1981, eq. 15). */
function cubic(x: number): number {
  const t = Math.abs(x);
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
}

/** Pillow keeps its coefficients as integers of this many fractional bits. */
const fractionBits = 22;

/** What one pixel of the result takes from one axis. */
interface Taps {
  readonly first: number;
  readonly coefficients: Int32Array;
}

/**
 * Resizes as `Image.resize` of Pillow 11 does, bit for bit: the kernel widens when the picture shrinks (antialiasing), columns
 * first and then rows, each pass rounded to bytes. Models were evaluated on pictures that were resized so.
 *
 * @throws RangeError when a side is below 1
 */
export function resizeImage(image: RgbImage, height: number, width: number, interpolation: Interpolation): RgbImage {
  if (!(height >= 1 && width >= 1)) throw new RangeError(`resize: expected sides of at least 1, found ${height} x ${width}`);
  const wide = width === image.width ? image : resizeColumns(image, width, interpolation);
  return height === wide.height ? wide : resizeRows(wide, height, interpolation);
}

function resizeColumns({ height, width, pixels }: RgbImage, newWidth: number, interpolation: Interpolation): RgbImage {
  const resized = new Uint8Array(height * newWidth * 3);
  for (const [column, { first, coefficients }] of axisTaps(width, newWidth, interpolation).entries()) {
    for (let row = 0; row < height; row++) {
      const from = (row * width + first) * 3;
      const to = (row * newWidth + column) * 3;
      for (let channel = 0; channel < 3; channel++) resized[to + channel] = weightedSum(pixels, from + channel, 3, coefficients);
    }
  }
  return { height, width: newWidth, pixels: resized };
}

function resizeRows({ height, width, pixels }: RgbImage, newHeight: number, interpolation: Interpolation): RgbImage {
  const stride = width * 3;
  const resized = new Uint8Array(newHeight * stride);
  for (const [row, { first, coefficients }] of axisTaps(height, newHeight, interpolation).entries()) {
    for (let at = 0; at < stride; at++) resized[row * stride + at] = weightedSum(pixels, first * stride + at, stride, coefficients);
  }
  return { height: newHeight, width, pixels: resized };
}

function weightedSum(pixels: Uint8Array, start: number, stride: number, coefficients: Int32Array): number {
  let sum = 1 << (fractionBits - 1);
  for (let tap = 0, at = start; tap < coefficients.length; tap++, at += stride) sum += pixels[at]! * coefficients[tap]!;
  // A negative lobe can lead out of the range of a byte.
  return Math.min(255, Math.max(0, sum >> fractionBits));
}

function axisTaps(size: number, newSize: number, interpolation: Interpolation): Taps[] {
  const { support, at } = kernels[interpolation];
  const scale = size / newSize;
  const stretch = Math.max(scale, 1);
  return Array.from({ length: newSize }, (_, index) => {
    const centre = (index + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support * stretch + 0.5));
    const end = Math.min(size, Math.trunc(centre + support * stretch + 0.5));
    const weights = Array.from({ length: end - first }, (_unused, tap) => at((first + tap - centre + 0.5) * (1 / stretch)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return {
      first,
      coefficients: Int32Array.from(weights, weight => {
        const scaled = (weight / total) * 2 ** fractionBits;
        return Math.trunc(scaled + (scaled < 0 ? -0.5 : 0.5));
      }),
    };
  });
}
