import type { Random } from '../backend/index.js';
import { evaluationBatches, viewOf, type Batch, type ImageView } from '../data/index.js';
import type { Normalization } from '../pictures/index.js';

/** Images that a model is looked at with. */
export interface Probe extends Batch {
  /** `[count]`, places in the image set. */
  readonly indices: Uint32Array;
}

/**
 * A batch of different images, drawn by a seeded generator: the same seed and set give the same images, on every machine.
 *
 * @param count at most the view's images; a few dozen are enough for distributions
 * @returns images `[count, height, width, channels]`, normalised, and labels; the tensors are the caller's
 * @throws RangeError when there are fewer images
 */
export function probeBatch(view: ImageView, count: number, normalization: Normalization, random: Random): Probe {
  if (!Number.isInteger(count) || count < 1 || count > view.count) {
    throw new RangeError(`probe of ${view.set.name}: expected a whole number of images from 1 to ${view.count}, found ${count}`);
  }
  const order = view.indices.slice();
  // The first `count` steps of a Fisher-Yates shuffle.
  for (let at = 0; at < count; at++) {
    const other = at + random.integer(order.length - at);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  const indices = order.slice(0, count);
  const [batch] = evaluationBatches(viewOf(view.set, indices), count, normalization);
  return { ...batch!, indices };
}
