import { normalizationTable, type Normalization } from '../pictures/index.js';
import type { Placement } from './augmentation.js';
import type { ImageSet } from './image-set.js';

/** Writes images of one set as normalised float32; value by value one look-up, no copy in between. */
export class ImageWriter {
  readonly #set: ImageSet;
  readonly #table: Float32Array;
  /** Where in the table the channel of each value of an image begins, `[height, width, channels]`. */
  readonly #channelStart: Uint16Array;

  constructor(set: ImageSet, normalization: Normalization) {
    const { height, width, channels } = set;
    this.#set = set;
    this.#table = normalizationTable(normalization, channels);
    this.#channelStart = Uint16Array.from({ length: height * width * channels }, (_, at) => (at % channels) * 256);
  }

  /** Image `index` to `target[offset...]`, `[height, width, channels]`. */
  write(index: number, target: Float32Array, offset: number): void {
    const table = this.#table;
    const channelStart = this.#channelStart;
    const size = channelStart.length;
    const from = this.#set.images.subarray(index * size, (index + 1) * size);
    const to = target.subarray(offset, offset + size);
    for (let at = 0; at < size; at++) to[at] = table[channelStart[at]! + from[at]!]!;
  }

  /** The same, seen through a crop of the image with a border of `padding` black pixels, then mirrored or not. */
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
          target[to++] = table[channel * 256 + (inside ? images[from + channel]! : 0)]!;
        }
      }
    }
  }
}
