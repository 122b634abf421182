import { mkdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIdx, readIdxFolder } from '../../src/data/index.js';
import { casePath, cases } from '../fixtures/cases.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder();

/** Bytes of an IDX file. */
function idx(shape: number[], data: Uint8Array, { type = 8, littleEndian = false } = {}): Buffer {
  const sizes = Buffer.alloc(4 * shape.length);
  shape.forEach((size, axis) => littleEndian ? sizes.writeUInt32LE(size, 4 * axis) : sizes.writeUInt32BE(size, 4 * axis));
  return Buffer.concat([Buffer.of(0, 0, type, shape.length), sizes, data]);
}

function file(content: Uint8Array | string): string {
  const path = folder.path('file-idx-ubyte');
  writeFileSync(path, content);
  return path;
}

describe('readIdx', () => {
  it('reads what was written, plain and gzipped, whatever the name', () => {
    fc.assert(fc.property(fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)), fc.infiniteStream(fc.nat(255)), fc.boolean(), (shape, bytes, zipped) => {
      const data = Uint8Array.from({ length: shape[0] * shape[1] * shape[2] }, () => bytes.next().value as number);
      const content = idx(shape, data);
      const read = readIdx(file(zipped ? gzipSync(content) : content), 3);
      expect(read.shape).toEqual(shape);
      expect(Buffer.from(read.data).equals(data)).toBe(true);
    }), { numRuns: 100 });
  });

  it('refuses files cut at any byte, plain and gzipped', () => {
    const content = idx([3, 2, 2], Uint8Array.from({ length: 12 }, (_, at) => at));
    for (const whole of [content, gzipSync(content)]) {
      for (let length = 0; length < whole.length; length++) {
        const path = file(whole.subarray(0, length));
        expect(() => readIdx(path, 3)).toThrow(path);
      }
    }
  });

  it('gives the declared number of pixels or an error that names the file after any byte changed', () => {
    const content = idx([3, 2, 2], Uint8Array.from({ length: 12 }, (_, at) => at));
    fc.assert(fc.property(fc.boolean(), fc.nat(), fc.integer({ min: 1, max: 255 }), (zipped, place, flip) => {
      const bytes = zipped ? gzipSync(content) : Buffer.from(content);
      bytes[place % bytes.length]! ^= flip;
      const path = file(bytes);
      try {
        const { shape, data } = readIdx(path, 3);
        expect(data.length).toBe(12);
        expect(shape.reduce((product, size) => product * size, 1)).toBe(12);
        // Gzip carries a checksum: nothing that it protects is read wrongly.
        if (zipped) expect([...data]).toEqual([...content.subarray(16)]);
      } catch (error) {
        expect((error as Error).message).toContain(path);
      }
    }), { numRuns: 300 });
  });

  it('refuses huge counts before it takes memory, plain and gzipped', () => {
    const huge = idx([2 ** 32 - 1, 2 ** 31, 2 ** 31], new Uint8Array(100));
    expect(() => readIdx(file(huge), 3)).toThrow('bytes for 4294967295 images of 2147483648 x 2147483648, found 116, which is room for 0');
    expect(() => readIdx(file(gzipSync(huge)), 3)).toThrow(/for 4294967295 images .* found gzip data of \d+ bytes, which cannot hold them/);
    // A small file that unpacks to far more than its header says.
    expect(() => readIdx(file(gzipSync(idx([2], new Uint8Array(50_000_000)))), 1)).toThrow('expected at most 10 bytes of unpacked IDX data');
  });

  it.each<[string, Uint8Array | string, 1 | 3, string]>([
    ['labels given as images', idx([4], new Uint8Array(4)), 3, 'expected IDX images (first bytes 0 0 8 3), found IDX labels: are the files swapped?'],
    ['images given as labels', idx([1, 2, 2], new Uint8Array(4)), 1, 'expected IDX labels (first bytes 0 0 8 1), found IDX images: are the files swapped?'],
    ['a little-endian header', Buffer.of(3, 8, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7), 3, 'little-endian, which IDX never is'],
    ['little-endian sizes', idx([3, 2, 2], new Uint8Array(12), { littleEndian: true }), 3, 'expected big-endian sizes, found little-endian ones (3 x 2 x 2)'],
    ['another type', idx([1, 1, 1], new Uint8Array(4), { type: 0x0d }), 3, 'found IDX values of type float32'],
    ['another rank', idx([1, 1], new Uint8Array(1)), 3, 'found 2 dimensions'],
    ['too many bytes', idx([2, 2, 2], new Uint8Array(9)), 3, 'expected 24 bytes for 2 images of 2 x 2, found 25, which is room for 2: the file is too long'],
    ['a cut label file', idx([9], new Uint8Array(4)), 1, 'expected 17 bytes for 9 labels, found 12, which is room for 4: the file is cut'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n', 3, 'found a Git LFS pointer'],
    ['a gzipped web page', gzipSync('<!DOCTYPE html>'), 3, 'expected gzipped IDX images, found inside an HTML page'],
    ['a gzipped empty file', gzipSync(''), 3, 'found inside an empty file'],
    ['other text', 'hello', 3, 'found first bytes 104 101 108 108'],
  ])('says what it is: %s', (_, content, rank, message) => {
    const path = file(content);
    expect(() => readIdx(path, rank)).toThrow(message);
    expect(() => readIdx(path, rank)).toThrow(path);
  });
});

describe('awkward IDX files', () => {
  const digits = Array.from({ length: 10 }, (_, digit) => String(digit));
  const reasons: Readonly<Record<string, RegExp>> = {
    'idx-truncated-idx3-ubyte': /10 images.*room for 7/,
    'idx-html-page-idx3-ubyte': /an HTML page/,
    'idx-empty-idx3-ubyte': /an empty file \(0 bytes\)/,
  };

  it.each(cases('idx'))('$path: $right', ({ id, path, expect: expected, labels, pixel, shape }) => {
    const file = casePath(path);
    if (expected === 'reject') {
      expect(() => readIdx(file, 3)).toThrow(reasons[id]);
      expect(() => readIdx(file, 3)).toThrow(file);
    } else if (labels) {
      const set = readIdxFolder(file, 'train', 'case', digits);
      expect([...set.labels]).toEqual(labels);
      expect([set.count, set.height, set.width, set.channels]).toEqual([3, 4, 5, 1]);
      if (pixel) expect(set.images[(pixel.image * set.height + pixel.row) * set.width + pixel.col]).toBe(pixel.value);
    } else {
      expect(readIdx(file, 3).shape).toEqual(shape);
    }
  });
});

describe('readIdxFolder', () => {
  const write = (name: string, images: Uint8Array, labels: Uint8Array): string => {
    const path = folder.path(name);
    mkdirSync(path);
    writeFileSync(`${path}/t10k-images-idx3-ubyte.gz`, images);
    writeFileSync(`${path}/t10k-labels.idx1-ubyte`, labels);
    return path;
  };

  it('finds every mixture of names', () => {
    const path = write('mixed', gzipSync(idx([2, 1, 1], Uint8Array.of(5, 6))), idx([2], Uint8Array.of(1, 0)));
    expect(readIdxFolder(path, 't10k', 'mixed test', ['a', 'b'])).toMatchObject({
      name: 'mixed test', count: 2, height: 1, width: 1, channels: 1, classes: ['a', 'b'],
      // sha256sum of the bytes 5 6 1 0.
      sha256: '696c1ab88f45aa13e223b188433a85623458a1123a81d2a80328fa5fa3b67405',
    });
    expect(() => readIdxFolder(path, 'train', 'mixed train', ['a'])).toThrow(
      `${path}: expected one of train-images-idx3-ubyte, train-images-idx3-ubyte.gz, train-images.idx3-ubyte, train-images.idx3-ubyte.gz, found none`);
  });

  it('refuses another number of labels than images, and labels without a class', () => {
    const path = write('counts', idx([2, 1, 1], new Uint8Array(2)), idx([3], new Uint8Array(3)));
    expect(() => readIdxFolder(path, 't10k', 'x', ['a'])).toThrow(/t10k-labels.idx1-ubyte: expected a label for each of 2 images .* found 3/);
    const labels = write('labels', idx([2, 1, 1], new Uint8Array(2)), idx([2], Uint8Array.of(0, 10)));
    expect(() => readIdxFolder(labels, 't10k', 'x test', ['a', 'b'])).toThrow('x test: expected labels from 0 to 1, found 10 for image 1');
  });

  it('refuses a set without images', () => {
    const path = write('none', idx([0, 28, 28], new Uint8Array(0)), idx([0], new Uint8Array(0)));
    expect(() => readIdxFolder(path, 't10k', 'none test', ['a'])).toThrow('none test: expected at least one image, found none');
  });
});
