import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadDataset, readCifar10Files } from '../../src/data/index.js';
import { casePath, cases } from '../fixtures/cases.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder();

describe('awkward CIFAR-10 files', () => {
  it.each(cases('cifar'))('$path: $right', ({ path, expect: expected, labels = [], pixels = [] }) => {
    const file = casePath(path);
    if (expected === 'reject') {
      expect(() => readCifar10Files([file], 'case')).toThrow(`${file}: expected a whole number of 3073-byte records, found 3173 bytes`);
      return;
    }
    const set = readCifar10Files([file], 'case');
    expect([...set.labels]).toEqual(labels);
    for (const { image, row, col, rgb } of pixels) {
      const at = ((image * 32 + row) * 32 + col) * 3;
      expect([...set.images.subarray(at, at + 3)]).toEqual(rgb);
    }
  });
});

describe('CIFAR-10', () => {
  it('is loaded from its six files', () => {
    const dir = folder.path('cifar-10-batches-bin');
    mkdirSync(dir);
    const names = [1, 2, 3, 4, 5].map(batch => `data_batch_${batch}.bin`);
    for (const name of names) copyFileSync(casePath('cifar/cifar10-ok.bin'), `${dir}/${name}`);
    expect(() => loadDataset('cifar-10', { dir })).toThrow(`${dir}: expected test_batch.bin (CIFAR-10, binary version), missing test_batch.bin`);
    copyFileSync(casePath('cifar/cifar10-ok.bin'), `${dir}/test_batch.bin`);
    const { train, test } = loadDataset('cifar-10', { dir });
    expect([train.count, test.count, train.height, train.width, train.channels]).toEqual([10, 2, 32, 32, 3]);
    expect([...train.labels]).toEqual([3, 7, 3, 7, 3, 7, 3, 7, 3, 7]);
  });

  it('says that an archive is one', () => {
    const path = folder.path('data_batch_1.bin');
    writeFileSync(path, gzipSync('tar'));
    expect(() => readCifar10Files([path], 'archive')).toThrow(`${path}: expected CIFAR-10 records, found gzip data, perhaps an archive: unpack it first`);
  });

  it('has no default folder', () => {
    expect(() => loadDataset('cifar-10')).toThrow('data cifar-10: expected a folder with data_batch_1.bin');
  });
});
