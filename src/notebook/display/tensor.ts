import { base64, encodePng } from './image.js';
import { rich, type Rich } from './rich.js';
import { escapeHtml } from './table.js';

/** What of a TensorFlow.js tensor is shown. */
interface TensorLike {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly isDisposed: boolean;
  dataSync(): ArrayLike<number>;
  toString(): string;
}

interface Statistics {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
  readonly nanCount: number;
}

const minSide = 4;
const maxSide = 512;
/** Smaller pictures are enlarged to about this many pixels. */
const shownSide = 128;

/** Whether a value is a tensor or variable, of whichever copy of TensorFlow.js. */
export function isTensor(value: unknown): value is TensorLike {
  if (typeof value !== 'object' || value === null) return false;
  const tensor = value as Partial<TensorLike>;
  return typeof tensor.dtype === 'string' && Array.isArray(tensor.shape) && typeof tensor.size === 'number' && typeof tensor.dataSync === 'function'
    && typeof tensor.isDisposed === 'boolean';
}

/** `Tensor float32 [2, 3]`. */
export function tensorType({ dtype, shape }: TensorLike): string {
  return `Tensor ${dtype} [${shape.join(', ')}]`;
}

/** A tensor's type and statistics, its values in short, and a picture when it looks like one. */
export function describeTensor(tensor: TensorLike): Rich {
  const heading = tensorType(tensor);
  if (tensor.isDisposed) return rich({ 'text/plain': `${heading}, disposed` });
  const printed = tensor.toString().split('\n').slice(1).map(line => line.replace(/^ {4}/, '')).join('\n');
  if (tensor.dtype === 'string' || tensor.dtype === 'complex64' || tensor.size === 0) return rich({ 'text/plain': `${heading}\n${printed}` });
  const values = tensor.dataSync();
  const statistics = statisticsOf(values);
  const facts = `${heading}, min ${short(statistics.min)}, mean ${short(statistics.mean)}, max ${short(statistics.max)}, ${statistics.nanCount} NaN`;
  const picture = pictureOf(tensor, values, statistics);
  return rich({
    ...(picture === null ? {} : { 'text/html': `<figure>${picture}<figcaption>${escapeHtml(facts)}</figcaption></figure>` }),
    'text/plain': `${facts}\n${printed}`,
  });
}

function statisticsOf(values: ArrayLike<number>): Statistics {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let nanCount = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (Number.isNaN(value)) {
      nanCount++;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const counted = values.length - nanCount;
  return counted === 0 ? { min: NaN, mean: NaN, max: NaN, nanCount } : { min, mean: sum / counted, max, nanCount };
}

/** A tensor looks like a picture when it has the shape of one and values between 0 and 1, or whole ones between 0 and 255. */
function pictureOf({ shape, dtype }: TensorLike, values: ArrayLike<number>, { min, max, nanCount }: Statistics): string | null {
  const [height, width, channels = 1] = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  if (shape.length < 2 || shape.length > 4 || height === undefined || width === undefined || height * width * channels !== values.length) return null;
  if (Math.min(height, width) < minSide || Math.max(height, width) > maxSide || ![1, 3, 4].includes(channels)) return null;
  if (nanCount > 0 || min < 0 || max > 255 || max > 1 && dtype !== 'int32' || max === min) return null;
  const scale = max <= 1 ? 255 : 1;
  const png = encodePng(Uint8Array.from(values, value => Math.round(value * scale)), width, height, channels);
  const zoom = Math.max(1, Math.round(shownSide / Math.max(height, width)));
  return `<img src="data:image/png;base64,${base64(png)}" width="${width * zoom}" height="${height * zoom}" `
    + 'style="image-rendering: pixelated" alt="the tensor as a picture">';
}

function short(value: number): string {
  return String(Number(value.toPrecision(5)));
}
