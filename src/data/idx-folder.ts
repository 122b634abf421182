import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readIdx } from './idx.js';
import { imageSet, type ImageSet } from './image-set.js';

/**
 * Reads one part of a data set in MNIST's layout: `train-images-idx3-ubyte` and `train-labels-idx1-ubyte` (or `t10k-...`).
 * Names with a dot before `idx`, as some unzip tools write them, and with `.gz` are found too.
 *
 * @param part first word of the file names
 * @throws Error that names the file, or all names that were looked for
 */
export function readIdxFolder(folder: string, part: 'train' | 't10k', name: string, classes: readonly string[]): ImageSet {
  const imagesPath = find(folder, part, 'images', 3);
  const labelsPath = find(folder, part, 'labels', 1);
  const { shape, data: images } = readIdx(imagesPath, 3);
  const { data: labels } = readIdx(labelsPath, 1);
  const [count, height, width] = shape as [number, number, number];
  if (count !== labels.length) {
    throw new Error(`${labelsPath}: expected a label for each of ${count} images of ${imagesPath}, found ${labels.length}`);
  }
  return imageSet({ name, images, labels, height, width, channels: 1, classes });
}

function find(folder: string, part: string, content: 'images' | 'labels', rank: number): string {
  const names = ['-', '.'].flatMap(dot => ['', '.gz'].map(end => `${part}-${content}${dot}idx${rank}-ubyte${end}`));
  const found = names.find(name => existsSync(join(folder, name)));
  if (found === undefined) throw new Error(`${folder}: expected one of ${names.join(', ')}, found none`);
  return join(folder, found);
}
