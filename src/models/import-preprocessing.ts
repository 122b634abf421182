import { basename } from 'node:path';
import type { ImagePreprocessing, Interpolation } from '../pictures/index.js';
import type { WeightsSource } from '../io/index.js';
import { fieldOf } from './import-normalization.js';

/** How pictures become as large as an imported model's images, and the file that says so. */
export interface ImportedResize extends Omit<ImagePreprocessing, 'normalization'> {
  readonly origin: string;
}

type Source = Pick<WeightsSource, 'config' | 'preprocessor'>;

/** Pillow's numbers, which transformers writes. */
const pillowInterpolations: Readonly<Record<number, Interpolation>> = { 2: 'bilinear', 3: 'bicubic' };

/**
 * Resize and crop that the model was evaluated with, for images of `imgSize` pixels a side: `size`, `resample`, `do_center_crop`
 * and `crop_size` of `preprocessor_config.json` (transformers), or `crop_pct`, `crop_mode` and `interpolation` of `pretrained_cfg`
 * in `config.json` (timm). Where a model was imported for another size, the share of the picture that is seen stays.
 *
 * @returns null where neither says
 * @throws Error that names the file and the field when it is of a kind that is not known
 */
export function importedResize(source: Source, imgSize: number): ImportedResize | null {
  if (source.preprocessor !== null) return fromTransformers(source.preprocessor, imgSize);
  const timm = fieldOf(source.config?.value, 'pretrained_cfg');
  return timm === undefined ? null : fromTimm(timm, source.config!.path, imgSize);
}

/** As timm's `create_transform` builds it for evaluation. */
function fromTimm(pretrained: unknown, path: string, imgSize: number): ImportedResize {
  const cropShare = fieldOf(pretrained, 'crop_pct') ?? 0.875;
  if (!(typeof cropShare === 'number' && cropShare > 0)) throw unknown(path, 'pretrained_cfg.crop_pct', 'a number above 0', cropShare);
  const mode = fieldOf(pretrained, 'crop_mode') ?? 'center';
  if (mode !== 'center' && mode !== 'squash') throw unknown(path, 'pretrained_cfg.crop_mode', '"center" or "squash"', mode);
  const side = Math.floor(imgSize / cropShare);
  return {
    resize: mode === 'center' ? side : { height: side, width: side },
    interpolation: interpolation(fieldOf(pretrained, 'interpolation') ?? 'bicubic', path, 'pretrained_cfg.interpolation'),
    crop: { height: imgSize, width: imgSize },
    origin: basename(path),
  };
}

/** As transformers' image processors do it. */
function fromTransformers({ path, value }: NonNullable<Source['preprocessor']>, imgSize: number): ImportedResize {
  const crop = { height: imgSize, width: imgSize };
  const method = interpolation(fieldOf(value, 'resample') ?? 2, path, 'resample');
  const cropped = fieldOf(value, 'do_center_crop') === true;
  const size = fieldOf(value, 'size') ?? imgSize;
  // A lone number means a square, or the shorter side where a crop follows.
  const shorter = fieldOf(size, 'shortest_edge') ?? (typeof size === 'number' && cropped ? size : undefined);
  if (!cropped) {
    if (shorter !== undefined) throw unknown(path, 'size', 'height and width where nothing is cropped', size);
    return { resize: crop, interpolation: method, crop, origin: basename(path) };
  }
  const sides = shorter !== undefined ? [shorter] : [fieldOf(size, 'height'), fieldOf(size, 'width')];
  const cropSize = fieldOf(value, 'crop_size') ?? imgSize;
  const fileCrop = fieldOf(cropSize, 'height') ?? cropSize;
  const isSide = (side: unknown): side is number => typeof side === 'number' && side >= 1;
  if (!sides.every(isSide)) throw unknown(path, 'size', 'numbers of pixels', size);
  if (!isSide(fileCrop)) throw unknown(path, 'crop_size', 'a number of pixels', cropSize);
  const [height, width = height] = sides.map(side => Math.floor((side * imgSize) / fileCrop)) as [number, number?];
  return { resize: shorter !== undefined ? height : { height, width }, interpolation: method, crop, origin: basename(path) };
}

function interpolation(value: unknown, path: string, field: string): Interpolation {
  const found = typeof value === 'number' ? pillowInterpolations[value] : value;
  if (found === 'bilinear' || found === 'bicubic') return found;
  throw unknown(path, field, 'bilinear (2) or bicubic (3)', value);
}

function unknown(path: string, field: string, expected: string, found: unknown): Error {
  return new Error(`${path}: ${field}: expected ${expected}, found ${JSON.stringify(found)}`);
}
