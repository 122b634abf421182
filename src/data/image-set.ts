import { createHash } from 'node:crypto';

/** Images with their classes; the pixels stay bytes and are held once. */
export interface ImageSet {
  /** Data set and part, e.g. `mnist train`. */
  readonly name: string;
  /** `[count, height, width, channels]`, row-major, 0 to 255. */
  readonly images: Uint8Array;
  /** `[count]`, indices into `classes`. */
  readonly labels: Uint8Array | Uint16Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** SHA-256 (hex) over all image bytes, then all label bytes. */
  readonly sha256: string;
}

/** Some images of a set, in an order; holds no pixels of its own. */
export interface ImageView {
  readonly set: ImageSet;
  /** `[count]`, places in the set. */
  readonly indices: Uint32Array;
  readonly count: number;
}

/**
 * Makes an image set after checking that its parts fit together.
 *
 * @throws RangeError when there is no image, when sizes disagree, or when a label has no class
 */
export function imageSet(parts: Omit<ImageSet, 'count' | 'sha256'>): ImageSet {
  const { name, images, labels, height, width, channels, classes } = parts;
  const count = labels.length;
  if (count === 0) throw new RangeError(`${name}: expected at least one image, found none`);
  if (images.length !== count * height * width * channels) {
    throw new RangeError(`${name}: expected ${count * height * width * channels} pixel values for ${count} labels `
      + `and images of ${height} x ${width} x ${channels}, found ${images.length}`);
  }
  const wrong = labels.findIndex(label => label >= classes.length);
  if (wrong !== -1) throw new RangeError(`${name}: expected labels from 0 to ${classes.length - 1}, found ${labels[wrong]!} for image ${wrong}`);
  return { ...parts, count, sha256: createHash('sha256').update(images).update(labels).digest('hex') };
}

/** All images of a set, in its order. */
export function wholeView(set: ImageSet): ImageView {
  return viewOf(set, Uint32Array.from({ length: set.count }, (_, index) => index));
}

/** @param indices places in the set; kept, not copied */
export function viewOf(set: ImageSet, indices: Uint32Array): ImageView {
  return { set, indices, count: indices.length };
}
