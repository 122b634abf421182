import { existsSync, mkdirSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadDataset, normalization, wholeView, type DatasetName } from '../../src/data/index.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder();

afterEach(() => { vi.restoreAllMocks(); });

function labelCounts(labels: Iterable<number>): number[] {
  const counts = new Array<number>(10).fill(0);
  for (const label of labels) counts[label]!++;
  return counts;
}

describe('loadDataset', () => {
  it('loads all of MNIST, with its known label counts, mean 0.1307 and standard deviation 0.3081', () => {
    const { train, test } = loadDataset('mnist');
    expect([train.name, train.count, train.height, train.width, train.channels]).toEqual(['mnist train', 60000, 28, 28, 1]);
    expect([test.name, test.count]).toEqual(['mnist test', 10000]);
    expect(train.classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(labelCounts(train.labels)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(labelCounts(test.labels)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    const { mean, std } = normalization(wholeView(train));
    expect(mean[0]).toBeCloseTo(0.1307, 4);
    expect(std[0]).toBeCloseTo(0.3081, 4);
  });

  it('finds MNIST also when the working directory is no project', () => {
    vi.spyOn(process, 'cwd').mockReturnValue(folder.path('.'));
    expect(loadDataset('mnist').test.count).toBe(10000);
  });

  it('loads Fashion-MNIST from Debian\'s folder, or says both ways to have it', () => {
    if (existsSync('/usr/share/datasets/fashion-mnist')) {
      const { train, test } = loadDataset('fashion-mnist');
      expect([train.count, test.count, train.classes[9]]).toEqual([60000, 10000, 'Ankle boot']);
      expect(labelCounts(train.labels)).toEqual(new Array(10).fill(6000));
      const { mean, std } = normalization(wholeView(train));
      expect(mean[0]).toBeCloseTo(0.286, 4);
      expect(std[0]).toBeCloseTo(0.353, 4);
    } else {
      expect(() => loadDataset('fashion-mnist')).toThrow(/option dir.*apt install dataset-fashion-mnist/);
    }
  });

  it('looks in the given folder only', () => {
    mkdirSync(folder.path('empty'));
    expect(() => loadDataset('fashion-mnist', { dir: folder.path('empty') })).toThrow('expected one of train-images-idx3-ubyte');
  });

  it('names the data sets that it knows', () => {
    expect(() => loadDataset('imagenet' as DatasetName)).toThrow('data: expected one of mnist, fashion-mnist, cifar-10, found imagenet');
  });
});
