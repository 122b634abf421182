import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readImageFolder, type ImageFolder, type ImageFolderOptions } from './image-folder.js';
import type { Dataset } from './load-dataset.js';

/** Names under which a folder's test pictures may lie, by rank. */
const testNames = ['test', 'val', 'validation'] as const;

/** What {@link loadImageDataset} found. */
export interface ImageDataset extends Dataset {
  /** As {@link ImageFolder} has them, of both parts. */
  readonly ignored: readonly string[];
  readonly skipped: readonly string[];
}

/**
 * Reads a data set of one's own: a folder with `train` and `test` (or `val`, or `validation`), each with one folder of pictures a
 * class.
 *
 * @throws Error that names the folder: a part that is missing, a class that only one part has, and what `readImageFolder` says
 */
export async function loadImageDataset(dir: string, options: ImageFolderOptions): Promise<ImageDataset> {
  const testName = testNameIn(dir);
  if (!existsSync(join(dir, 'train')) || testName === undefined) {
    throw new Error(`${dir}: expected the folders train and ${testNames.join(' or ')}, each with one folder of pictures a class`);
  }
  const [train, test] = [await readImageFolder(join(dir, 'train'), options), await readImageFolder(join(dir, testName), options)];
  const alone = (one: ImageFolder, other: ImageFolder): string | undefined => one.set.classes.find(name => !other.set.classes.includes(name));
  for (const [part, other, own] of [['train', test, train], [testName, train, test]] as const) {
    const name = alone(own, other);
    if (name !== undefined) throw new Error(`${join(dir, part)}: expected the same classes in train and ${testName}, found ${name} here alone`);
  }
  return { train: train.set, test: test.set, ignored: [...train.ignored, ...test.ignored], skipped: [...train.skipped, ...test.skipped] };
}

/**
 * Reads the test pictures of such a folder; its training pictures are left alone.
 *
 * @throws Error that names the folder without them, and what `readImageFolder` says
 */
export async function readTestPictures(dir: string, options: ImageFolderOptions): Promise<ImageFolder> {
  const testName = testNameIn(dir);
  if (testName === undefined) throw new Error(`${dir}: expected the folder ${testNames.join(' or ')} with one folder of pictures a class`);
  return readImageFolder(join(dir, testName), options);
}

function testNameIn(dir: string): string | undefined {
  return testNames.find(name => existsSync(join(dir, name)));
}
