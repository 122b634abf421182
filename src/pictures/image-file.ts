import sharp from 'sharp';
import { readWhole, sniff } from '../io/index.js';

/** A picture of 8 bits a channel. */
export interface RgbImage {
  readonly height: number;
  readonly width: number;
  /** `[height, width, 3]`, row-major, 0 to 255. */
  readonly pixels: Uint8Array;
}

/** A file of a few bytes can claim any size; 100 million pixels are 300 MB here. */
const mostPixels = 100_000_000;

/**
 * Decodes a JPEG, PNG, WebP, GIF (its first frame), AVIF or TIFF file. The result always has three channels: grey is repeated, a
 * palette looked up, an alpha channel dropped (the colours stay, as Pillow's `convert('RGB')` leaves them), 16 bits are scaled to
 * 8, CMYK is converted by its colour profile, or by a usual one where it has none. EXIF orientation is applied.
 *
 * @throws Error that names the file and says what it is when it is no such picture, when it is cut, or when it is larger than
 *   100 million pixels
 */
export async function decodeImage(path: string): Promise<RgbImage> {
  const bytes = readWhole(path);
  const found = sniff(bytes.subarray(0, 512));
  if (found) throw new Error(`${path}: expected a picture, found ${found.description}`);
  try {
    // A cut file must not become a picture with a grey end.
    const { data, info } = await sharp(bytes, { failOn: 'truncated', limitInputPixels: mostPixels })
      .autoOrient()
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { height: info.height, width: info.width, pixels: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0]!;
    throw new Error(`${path}: expected a whole JPEG, PNG, WebP, GIF, AVIF or TIFF picture of at most ${mostPixels / 1e6} million pixels, found: ${reason}`);
  }
}
