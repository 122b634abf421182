import type { Random } from '../backend/index.js';

/** Random changes to training images. */
export interface Augmentation {
  /** Pixels of black border on each side before a random crop back to the image's size; 0: no crop. */
  readonly crop: number;
  /** Mirror each image left to right with probability 1/2. */
  readonly flip: boolean;
}

/** What was drawn for one image. */
export interface Placement {
  /** The crop's first row and column in the padded image, from 0 to `2 · crop`. */
  readonly top: number;
  readonly left: number;
  /** Mirror after the crop. */
  readonly flip: boolean;
}

/** Draws for one image, in the order top, left, flip; what the augmentation does not use is not drawn. */
export function drawPlacement({ crop, flip }: Augmentation, random: Random): Placement {
  return {
    top: crop > 0 ? random.integer(2 * crop + 1) : 0,
    left: crop > 0 ? random.integer(2 * crop + 1) : 0,
    flip: flip && random.integer(2) === 1,
  };
}
