import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { decodeImage, resizeAndCrop, type ImagePreprocessing } from '../pictures/index.js';
import { imageSet, type ImageSet } from './image-set.js';

export interface ImageFolderOptions {
  /** Makes all pictures one size. */
  readonly preprocessing: Omit<ImagePreprocessing, 'normalization'>;
  /** Leave pictures out that cannot be decoded, and list them, in place of an error. Default: false. */
  readonly skipBroken?: boolean;
  /** Called after every picture. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What {@link readImageFolder} found. */
export interface ImageFolder {
  readonly set: ImageSet;
  /** Paths of hidden and of other files that are no pictures, which were left out. */
  readonly ignored: readonly string[];
  /** One sentence for each picture that was skipped as broken. */
  readonly skipped: readonly string[];
}

const pictureName = /\.(jpe?g|png|webp|gif|avif|tiff?)$/i;

/**
 * Reads a folder with one folder of pictures a class, as torchvision's `ImageFolder` does: classes in the order of their names
 * (by code point), pictures in the order of theirs. Hidden folders and files and files that are no pictures are left out and
 * listed. Every picture is decoded before this returns, so that none can end a training later.
 *
 * @throws Error that names the folder without a class, the class without a picture, or the picture that cannot be decoded
 */
export async function readImageFolder(folder: string, { preprocessing, skipBroken = false, onProgress }: ImageFolderOptions): Promise<ImageFolder> {
  const { classes, files, ignored } = listFolder(folder);
  const { height, width } = preprocessing.crop;
  const pixels: Uint8Array[] = [];
  const labels: number[] = [];
  const skipped: string[] = [];
  for (const [index, { path, label }] of files.entries()) {
    try {
      pixels.push(resizeAndCrop(await decodeImage(path), preprocessing).pixels);
      labels.push(label);
    } catch (error) {
      if (!skipBroken) throw error;
      skipped.push((error as Error).message);
    }
    onProgress?.(index + 1, files.length);
  }
  const images = new Uint8Array(pixels.length * height * width * 3);
  pixels.forEach((image, index) => { images.set(image, index * height * width * 3); });
  const set = imageSet({ name: basename(folder), images, labels: labelArray(labels, classes.length), height, width, channels: 3, classes });
  return { set, ignored, skipped };
}

interface FolderListing {
  readonly classes: readonly string[];
  readonly files: readonly { readonly path: string; readonly label: number }[];
  readonly ignored: readonly string[];
}

function listFolder(folder: string): FolderListing {
  const entries = readdirSync(folder, { withFileTypes: true }).sort(byName);
  const isClass = (entry: (typeof entries)[number]): boolean => entry.isDirectory() && !entry.name.startsWith('.');
  const classes = entries.filter(isClass).map(({ name }) => name);
  if (classes.length === 0) throw new Error(`${folder}: expected a folder of pictures for each class, found none`);
  const ignored = entries.filter(entry => !isClass(entry)).map(({ name }) => join(folder, name));
  const files = classes.flatMap((name, label) => {
    const inside = readdirSync(join(folder, name)).sort().map(file => join(folder, name, file));
    const isPicture = (path: string): boolean => !basename(path).startsWith('.') && pictureName.test(path);
    const pictures = inside.filter(isPicture);
    if (pictures.length === 0) throw new Error(`${join(folder, name)}: expected pictures of class ${name}, found none: add some or remove the folder`);
    ignored.push(...inside.filter(path => !isPicture(path)));
    return pictures.map(path => ({ path, label }));
  });
  return { classes, files, ignored };
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function labelArray(labels: readonly number[], classes: number): ImageSet['labels'] {
  return classes > 256 ? Uint16Array.from(labels) : Uint8Array.from(labels);
}
