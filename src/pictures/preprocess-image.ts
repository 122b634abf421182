import type { RgbImage } from './image-file.js';
import { normalizationTable, type Normalization } from './normalization.js';
import { resizeImage, type Interpolation } from './resize-image.js';

/** What happens to a picture in front of a model. */
export interface ImagePreprocessing {
  /** First the picture is resized: its shorter side to a number of pixels, or both sides as they are given. */
  readonly resize: number | { readonly height: number; readonly width: number };
  readonly interpolation: Interpolation;
  /** Then its centre is cut out; what lies outside of a smaller picture is black. */
  readonly crop: { readonly height: number; readonly width: number };
  /** Then values are scaled to [0, 1] and normalised. */
  readonly normalization: Normalization;
}

/**
 * Resizes and crops as torchvision's `Resize` and `CenterCrop` do on a Pillow image, which is what timm evaluates with.
 *
 * @returns `crop.height` x `crop.width` pixels
 */
export function resizeAndCrop(image: RgbImage, { resize, interpolation, crop }: Omit<ImagePreprocessing, 'normalization'>): RgbImage {
  const { height, width } = typeof resize === 'number' ? shorterSide(image, resize) : resize;
  return centreCrop(resizeImage(image, height, width, interpolation), crop.height, crop.width);
}

/**
 * The model's input of a picture. A normalisation of one channel makes it grey first.
 *
 * @returns `[crop.height, crop.width, channels]`
 * @throws RangeError when the normalisation is for neither three channels nor one
 */
export function preprocessImage(image: RgbImage, preprocessing: ImagePreprocessing): Float32Array {
  const { normalization } = preprocessing;
  if (normalization.mean.length === 1) {
    const table = normalizationTable(normalization, 1);
    const { pixels } = resizeAndCrop(grey(image), preprocessing);
    return Float32Array.from({ length: pixels.length / 3 }, (_, at) => table[pixels[3 * at]!]!);
  }
  const table = normalizationTable(normalization, 3);
  const { pixels } = resizeAndCrop(image, preprocessing);
  return Float32Array.from(pixels, (value, at) => table[(at % 3) * 256 + value]!);
}

/** The luma of ITU-R BT.601 in all three channels, with Pillow's integers of 16 fractional bits (`convert('L')`). */
function grey({ height, width, pixels }: RgbImage): RgbImage {
  const grey = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at += 3) {
    grey.fill((pixels[at]! * 19595 + pixels[at + 1]! * 38470 + pixels[at + 2]! * 7471 + 0x8000) >> 16, at, at + 3);
  }
  return { height, width, pixels: grey };
}

function shorterSide({ height, width }: RgbImage, size: number): { height: number; width: number } {
  return height < width
    ? { height: size, width: Math.trunc((size * width) / height) }
    : { height: Math.trunc((size * height) / width), width: size };
}

function centreCrop(image: RgbImage, height: number, width: number): RgbImage {
  const top = cropStart(image.height, height);
  const left = cropStart(image.width, width);
  if (top === 0 && left === 0 && image.height === height && image.width === width) return image;
  const pixels = new Uint8Array(height * width * 3);
  const [firstRow, lastRow] = [Math.max(0, top), Math.min(image.height, top + height)];
  const [firstColumn, lastColumn] = [Math.max(0, left), Math.min(image.width, left + width)];
  for (let row = firstRow; row < lastRow; row++) {
    const from = (row * image.width + firstColumn) * 3;
    pixels.set(image.pixels.subarray(from, from + (lastColumn - firstColumn) * 3), ((row - top) * width + firstColumn - left) * 3);
  }
  return { height, width, pixels };
}

/** Where the crop begins: negative where the picture is smaller and is padded first, with the smaller half in front. */
function cropStart(size: number, cropped: number): number {
  return size < cropped ? -Math.trunc((cropped - size) / 2) : halfToEven(size - cropped);
}

/** x / 2 rounded as Python rounds: a half goes to the even neighbour. */
function halfToEven(x: number): number {
  const floor = Math.floor(x / 2);
  return x % 2 === 1 && floor % 2 === 1 ? floor + 1 : floor;
}
