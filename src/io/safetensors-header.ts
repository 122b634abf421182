import { duplicateKey } from './duplicate-key.js';
import { isSafetensorsDtype, safetensorsArrays, type SafetensorsDtype } from './safetensors-dtype.js';

/** Bytes of the longest header: the format's own limit. */
export const largestHeader = 100_000_000;

/** Where one tensor lies in a file. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** First byte, and the one after the last; counted from the end of the header. */
  readonly begin: number;
  readonly end: number;
}

/** A checked header. */
export interface SafetensorsHeader {
  /** In the order of their data. */
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Number of values of a tensor; `NaN` when it is no exact integer. */
export function sizeOfShape(shape: readonly number[]): number {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return Number.isSafeInteger(size) ? size : NaN;
}

/**
 * Parses a header and checks everything that can be checked without the data: names are unique, types are known, every
 * tensor's byte range fits its shape, and the ranges cover the data exactly, without gap or overlap.
 *
 * @param dataBytes number of bytes after the header
 * @throws Error that names the file and the tensor
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number, path: string): SafetensorsHeader {
  const { __metadata__: metadata = {}, ...tensors } = parseJson(bytes, path);
  const entries = Object.entries(tensors).map(([name, value]) => parseEntry(name, value, `${path}: tensor ${JSON.stringify(name)}`));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== position) {
      throw new Error(`${path}: tensor ${JSON.stringify(name)}: expected its data to start at byte ${position}, `
        + `where the ones before it end, found byte ${begin}`);
    }
    position = end;
  }
  if (position !== dataBytes) {
    const size = 8 + bytes.length;
    throw new Error(`${path}: expected ${size + position} bytes (the header names ${position} bytes of data), `
      + `found ${size + dataBytes}: the file is ${position > dataBytes ? 'cut, download it again' : 'longer than its tensors'}`);
  }
  return { entries, metadata: parseMetadata(metadata, path) };
}

function parseJson(bytes: Uint8Array, path: string): Record<string, unknown> {
  let text: string;
  let value: unknown;
  try {
    // A byte order mark is no JSON: keep it, so that it is refused.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path}: expected a JSON header after the first 8 bytes, found something else `
      + `(${(error as Error).message}): the file is damaged or no safetensors file`, { cause: error });
  }
  if (!isObject(value)) throw new Error(`${path}: expected a JSON object as header, found ${text.slice(0, 20)}`);
  const twice = duplicateKey(text);
  if (twice !== null) throw new Error(`${path}: expected unique names in the header, found ${JSON.stringify(twice)} twice`);
  return value;
}

function parseEntry(name: string, value: unknown, where: string): TensorEntry {
  if (!isObject(value)) throw new Error(`${where}: expected an object with dtype, shape and data_offsets, found ${JSON.stringify(value)}`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isSafetensorsDtype(dtype)) {
    throw new Error(`${where}: expected a dtype of ${Object.keys(safetensorsArrays).join(', ')}, found ${JSON.stringify(dtype)}`);
  }
  if (!isSizes(shape)) throw new Error(`${where}: expected a shape of non-negative integers, found ${JSON.stringify(shape)}`);
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw new Error(`${where}: expected data_offsets [begin, end] with begin <= end, found ${JSON.stringify(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  const needed = sizeOfShape(shape) * safetensorsArrays[dtype].BYTES_PER_ELEMENT;
  if (needed !== end - begin) {
    throw new Error(`${where}: expected ${needed} bytes for shape [${shape.join(', ')}] of ${dtype}, found ${end - begin}`);
  }
  return { name, dtype, shape, begin, end };
}

function parseMetadata(value: unknown, path: string): Record<string, string> {
  if (!isObject(value)) throw new Error(`${path}: expected __metadata__ to be an object of strings, found ${JSON.stringify(value)}`);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw new Error(`${path}: expected a string as __metadata__.${key}, found ${JSON.stringify(text)}`);
  }
  return value as Record<string, string>;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(item => Number.isSafeInteger(item) && item >= 0);
}
