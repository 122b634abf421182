import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sniff, sniffBytes, withFile } from '../io/index.js';
import { imageSet, type ImageSet } from './image-set.js';

const classes = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'] as const;
const side = 32;
const plane = side * side;
const recordBytes = 1 + 3 * plane;

/**
 * Reads one part of CIFAR-10 in its binary version from the folder that its archive unpacks to.
 *
 * @throws Error that names the file, or those that were looked for
 * @see Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html
 */
export function readCifar10(folder: string, part: 'train' | 'test'): ImageSet {
  const names = part === 'train' ? [1, 2, 3, 4, 5].map(batch => `data_batch_${batch}.bin`) : ['test_batch.bin'];
  const missing = names.filter(name => !existsSync(join(folder, name)));
  if (missing.length > 0) throw new Error(`${folder}: expected ${names.join(', ')} (CIFAR-10, binary version), missing ${missing.join(', ')}`);
  return readCifar10Files(names.map(name => join(folder, name)), `cifar-10 ${part}`);
}

/**
 * Reads files of CIFAR-10 records: a label byte, then the red, green and blue plane of 32 x 32 pixels. The planes are
 * interleaved to `[count, 32, 32, 3]`.
 */
export function readCifar10Files(paths: readonly string[], name: string): ImageSet {
  const records = paths.map(readRecords);
  const count = records.reduce((sum, bytes) => sum + bytes.length / recordBytes, 0);
  const images = new Uint8Array(count * 3 * plane);
  const labels = new Uint8Array(count);
  let image = 0;
  for (const bytes of records) {
    for (let start = 0; start < bytes.length; start += recordBytes) {
      labels[image] = bytes[start]!;
      for (let channel = 0; channel < 3; channel++) {
        const from = start + 1 + channel * plane;
        for (let pixel = 0; pixel < plane; pixel++) images[(image * plane + pixel) * 3 + channel] = bytes[from + pixel]!;
      }
      image++;
    }
  }
  return imageSet({ name, images, labels, height: side, width: side, channels: 3, classes });
}

function readRecords(path: string): Uint8Array {
  return withFile(path, file => {
    // A record may begin with any bytes up to label 9; none of the wrong files does.
    const found = sniff(file.read(0, Math.min(file.size, sniffBytes)));
    if (found) throw new Error(`${path}: expected CIFAR-10 records, found ${found.description}`);
    if (file.size % recordBytes !== 0) {
      throw new Error(`${path}: expected a whole number of ${recordBytes}-byte records, found ${file.size} bytes, `
        + `which are ${(file.size / recordBytes).toFixed(2)}: download it again`);
    }
    return file.read(0, file.size);
  });
}
