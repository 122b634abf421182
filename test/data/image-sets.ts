import { imageSet, type ImageSet } from '../../src/data/index.js';

/** A set whose image `i` is filled with `i`, plus 100 in the second channel, with label `i % classes`. */
export function numberedSet(count: number, { side = 2, channels = 1, classes = 3 } = {}): ImageSet {
  const size = side * side * channels;
  return imageSet({
    name: 'numbered',
    images: Uint8Array.from({ length: count * size }, (_, at) => Math.floor(at / size) + 100 * (at % channels)),
    labels: Uint8Array.from({ length: count }, (_, image) => image % classes),
    height: side, width: side, channels,
    classes: Array.from({ length: classes }, (_, label) => `class ${label}`),
  });
}
