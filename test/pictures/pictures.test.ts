import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadImageDataset, readImageFolder, readTestPictures } from '../../src/data/index.js';
import { decodeImage, preprocessImage, resizeAndCrop, resizeImage, type ImagePreprocessing, type Interpolation, type RgbImage } from '../../src/pictures/index.js';
import { casePath, cases } from '../fixtures/cases.js';
import { temporaryFolder } from '../temporary-folder.js';

/** What `images.py` wrote beside the pictures; pixels are base64. */
interface Fixture {
  readonly preprocessed: readonly {
    readonly height: number; readonly width: number; readonly resize: number | readonly [number, number];
    readonly interpolation: Interpolation; readonly crop: readonly [number, number]; readonly pixels: string;
  }[];
  readonly normalized: readonly number[];
  readonly grey: string;
  readonly height: number;
  readonly width: number;
  readonly decoded: Readonly<Record<string, string>>;
  readonly rotated: string;
  readonly cmykNaive: string;
}

const folder = temporaryFolder();
const picture = (name: string): string => fileURLToPath(new URL(`../fixtures/images/${name}`, import.meta.url));
const fixture = JSON.parse(readFileSync(picture('images.json'), 'utf8')) as Fixture;
const bytes = (text: string): number[] => [...Buffer.from(text, 'base64')];

/** The same values as `noise` of `images.py`. */
function noise(height: number, width: number): RgbImage {
  const pixels = Uint8Array.from({ length: height * width * 3 }, (_, i) => ((i * 2654435761) % 2 ** 32) >>> 13);
  return { height, width, pixels };
}

describe('preprocessing', () => {
  it.each(fixture.preprocessed)('is that of torchvision on Pillow to the bit: $height x $width, $interpolation to $resize, crop $crop', expected => {
    const [height, width] = expected.crop;
    const { resize } = expected;
    const found = resizeAndCrop(noise(expected.height, expected.width), {
      resize: typeof resize === 'number' ? resize : { height: resize[0], width: resize[1] }, interpolation: expected.interpolation, crop: { height, width },
    });
    expect([found.height, found.width]).toEqual(expected.crop);
    expect([...found.pixels]).toEqual(bytes(expected.pixels));
  });

  it('normalises as torchvision does, within the rounding of float32', () => {
    const preprocessing: ImagePreprocessing = {
      resize: 2, interpolation: 'bicubic', crop: { height: 2, width: 3 }, normalization: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    };
    preprocessImage(noise(2, 3), preprocessing).forEach((value, at) => { expect(value).toBeCloseTo(fixture.normalized[at]!, 6); });
  });

  it('makes a picture grey as Pillow does for a model of one channel', () => {
    const preprocessing: ImagePreprocessing = {
      resize: { height: 6, width: 8 }, interpolation: 'bicubic', crop: { height: 6, width: 8 }, normalization: { mean: [0], std: [1 / 255] },
    };
    expect([...preprocessImage(noise(9, 14), preprocessing)].map(Math.round)).toEqual(bytes(fixture.grey));
  });

  it('refuses a picture without pixels', () => {
    expect(() => resizeImage(noise(2, 2), 0, 3, 'bicubic')).toThrow('resize: expected sides of at least 1, found 0 x 3');
  });
});

describe('decoding', () => {
  it.each(Object.keys(fixture.decoded))('%s gives the three channels that Pillow gives', async name => {
    const { height, width, pixels } = await decodeImage(picture(name));
    expect([height, width]).toEqual([fixture.height, fixture.width]);
    expect([...pixels]).toEqual(bytes(fixture.decoded[name]!));
  });

  it('turns a picture upright as its EXIF orientation says', async () => {
    const { height, width, pixels } = await decodeImage(picture('rotated.jpg'));
    expect([height, width]).toEqual([fixture.width, fixture.height]);
    expect([...pixels]).toEqual(bytes(fixture.rotated));
  });

  it('scales 16 bits to 8', async () => {
    const { pixels } = await decodeImage(picture('grey16.png'));
    for (const [at, value] of pixels.entries()) expect(Math.abs(value - (Math.floor(at / 3) * 500) / 257)).toBeLessThanOrEqual(1);
  });

  it('has the colours of a CMYK picture, whose inks are no exact colours: within 40 of the formula without a profile', async () => {
    const { pixels } = await decodeImage(picture('cmyk.jpg'));
    const naive = bytes(fixture.cmykNaive);
    // An inverted reading, the usual fault, is off by more than 150.
    for (const [at, value] of pixels.entries()) expect(Math.abs(value - naive[at]!)).toBeLessThanOrEqual(40);
  });

  it.each(['cut.png', 'cut.jpg'])('refuses %s', async name => {
    await expect(decodeImage(picture(name))).rejects.toThrow(`${picture(name)}: expected a whole JPEG, PNG`);
  });

  it('refuses 60,000 x 60,000 pixels in a file of 100 bytes', async () => {
    const huge = readFileSync(picture('rgb.png'));
    huge.writeUInt32BE(60_000, 16);
    huge.writeUInt32BE(60_000, 20);
    writeFileSync(folder.path('huge.png'), huge);
    await expect(decodeImage(folder.path('huge.png'))).rejects.toThrow('huge.png: expected a whole JPEG, PNG');
  });

  it('says what a file is that is no picture', async () => {
    writeFileSync(folder.path('page.jpg'), '<!DOCTYPE html><p>Not found');
    await expect(decodeImage(folder.path('page.jpg'))).rejects.toThrow('page.jpg: expected a picture, found an HTML page');
  });
});

describe('awkward image folders', () => {
  const preprocessing = { resize: 4, interpolation: 'bicubic', crop: { height: 4, width: 4 } } as const;
  const row = (id: string): { path: string; right: string } => {
    const { path, right } = cases('image-folder').find(found => found.id === id)!;
    return { path: casePath(path), right };
  };

  it('one folder a class', async () => {
    const { set, ignored, skipped } = await readImageFolder(row('image-plain').path, { preprocessing });
    expect([set.classes, [...set.labels], ignored, skipped]).toEqual([['a', 'b'], [0, 1], [], []]);
    expect([...set.images.subarray(0, 3), ...set.images.subarray(48, 51)]).toEqual([255, 0, 0, 0, 0, 255]);
  });

  it('grey and palette pictures get three channels', async () => {
    const { set } = await readImageFolder(row('image-gray-and-palette').path, { preprocessing });
    expect([...set.labels]).toEqual([0, 0, 1, 1]);
    expect([...set.images.subarray(0, 3), ...set.images.subarray(3 * 48, 3 * 48 + 3)]).toEqual([80, 80, 80, 10, 20, 30]);
  });

  it('hidden folders and other files are no classes and no pictures, and are listed', async () => {
    const { path } = row('image-hidden-folder');
    const { set, ignored } = await readImageFolder(path, { preprocessing });
    expect(set.classes).toEqual(['a', 'b']);
    expect(ignored.map(file => file.slice(path.length + 1))).toEqual(['.ipynb_checkpoints', 'a/.DS_Store', 'a/Thumbs.db']);
  });

  it('a broken picture is named; where that is asked for it is skipped and listed', async () => {
    const { path } = row('image-zero-bytes');
    await expect(readImageFolder(path, { preprocessing })).rejects.toThrow(`${path}/a/empty.png: expected a picture, found an empty file`);
    const { set, skipped } = await readImageFolder(path, { preprocessing, skipBroken: true });
    expect([set.count, skipped.length]).toEqual([2, 1]);
    expect(skipped[0]).toContain('a/empty.png');
  });

  it('a class without a picture is named', async () => {
    const { path } = row('image-empty-class');
    await expect(readImageFolder(path, { preprocessing })).rejects.toThrow(`${path}/c: expected pictures of class c, found none`);
  });

  it('a data set is a folder with train and test, whose classes are the same', async () => {
    const plain = row('image-plain').path;
    await expect(loadImageDataset(plain, { preprocessing })).rejects.toThrow(`${plain}: expected the folders train and test or val or validation`);
    for (const part of ['train', 'val']) cpSync(plain, folder.path(`set/${part}`), { recursive: true });
    const { train, test } = await loadImageDataset(folder.path('set'), { preprocessing });
    expect([train.count, test.count, train.classes]).toEqual([2, 2, test.classes]);
    cpSync(`${plain}/a`, folder.path('set/train/c'), { recursive: true });
    await expect(loadImageDataset(folder.path('set'), { preprocessing })).rejects.toThrow('expected the same classes in train and val, found c here alone');
  });

  it('its test pictures can be read alone, whatever lies in train', async () => {
    const dir = folder.path('tested');
    await expect(readTestPictures(dir, { preprocessing })).rejects.toThrow(`${dir}: expected the folder test or val or validation with one folder of pictures a class`);
    for (const part of ['train', 'validation']) cpSync(row('image-plain').path, `${dir}/${part}`, { recursive: true });
    writeFileSync(`${dir}/train/a/broken.png`, '');
    expect((await readTestPictures(dir, { preprocessing })).set).toMatchObject({ count: 2, name: 'validation' });
    await expect(loadImageDataset(dir, { preprocessing })).rejects.toThrow('broken.png');
  });

  it('a folder without folders is refused', async () => {
    await expect(readImageFolder(`${row('image-plain').path}/a`, { preprocessing })).rejects.toThrow('expected a folder of pictures for each class, found none');
  });
});
