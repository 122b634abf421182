import type { Placement } from './augmentation.js';
import type { ImageSet } from './image-set.js';
import { normalizationTable, type Normalization } from './normalization.js';

/** Writes images of one set as normalised float32; pixel by pixel one look-up, no copy in between. */
export class ImageWriter {
  readonly #set: ImageSet;
  readonly #table: Float32Array;

  constructor(set: ImageSet, normalization: Normalization) {
    this.#set = set;
    this.#table = normalizationTable(normalization, set.channels);
  }

  /** Image `index` to `target[offset...]`, `[height, width, channels]`. */
  write(index: number, target: Float32Array, offset: number): void {
    const { images, height, width, channels } = this.#set;
    const table = this.#table;
    const size = height * width * channels;
    const start = index * size;
    for (let channel = 0; channel < channels; channel++) {
      const entry = channel << 8;
      for (let at = channel; at < size; at += channels) target[offset + at] = table[entry + images[start + at]!]!;
    }
  }

  /**
   * The same, seen through a crop of the image with a border of `padding` black pixels, then mirrored or not.
   */
  writePlaced(index: number, { top, left, flip }: Placement, padding: number, target: Float32Array, offset: number): void {
    const { images, height, width, channels } = this.#set;
    const table = this.#table;
    const start = index * height * width * channels;
    let to = offset;
    for (let y = 0; y < height; y++) {
      const fromY = y + top - padding;
      for (let x = 0; x < width; x++) {
        const fromX = (flip ? width - 1 - x : x) + left - padding;
        const inside = fromY >= 0 && fromY < height && fromX >= 0 && fromX < width;
        const from = start + (fromY * width + fromX) * channels;
        for (let channel = 0; channel < channels; channel++) {
          target[to++] = table[(channel << 8) + (inside ? images[from + channel]! : 0)]!;
        }
      }
    }
  }
}
