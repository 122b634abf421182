import { safetensorsArrays, type SafetensorsTensor } from './safetensors-dtype.js';
import { largestHeader, parseHeader, type SafetensorsHeader } from './safetensors-header.js';
import type { SizedFile } from './sized-file.js';
import { sniff, sniffBytes } from './sniff.js';

/** The content of a safetensors file. */
export interface Safetensors {
  /** In the order of their data in the file. */
  readonly tensors: Map<string, SafetensorsTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads what lies in an open file. Every length in it is compared with the file's size before memory is taken, and every byte of
 * the file belongs to exactly one tensor, or the file is refused. Each tensor gets a buffer of its own, whatever its
 * alignment in the file.
 *
 * @throws Error of one sentence that names the file and, where there is one, the tensor
 */
export function contentOf(file: SizedFile): Safetensors {
  const { entries, metadata, dataStart } = headerOf(file);
  const tensors = new Map(entries.map(({ name, dtype, shape, begin, end }): [string, SafetensorsTensor] => {
    const buffer = file.read(dataStart + begin, end - begin).buffer as ArrayBuffer;
    return [name, { dtype, shape, data: new safetensorsArrays[dtype](buffer) }];
  }));
  return { tensors, metadata };
}

/**
 * Parses the bytes of a safetensors file, where there are no files or it is in memory already.
 *
 * @param name what errors call it
 * @throws Error as in {@link contentOf}
 */
export function parseSafetensors(bytes: Uint8Array, name: string): Safetensors {
  const size = bytes.length;
  return contentOf({
    path: name, size,
    read(position, length) {
      if (position + length > size) throw new RangeError(`${name}: expected at least ${position + length} bytes, found ${size}`);
      // Not slice: that of a Buffer is no copy.
      return new Uint8Array(bytes.subarray(position, position + length));
    },
  });
}

/** The header of an open file. Errors as in {@link contentOf}. */
export function headerOf(file: SizedFile): SafetensorsHeader & { readonly dataStart: number } {
  const { path, size } = file;
  const found = sniff(file.read(0, Math.min(size, sniffBytes)));
  if (found) throw new Error(`${path}: expected a safetensors file, found ${found.description}`);
  if (size < 8) throw new Error(`${path}: expected a safetensors file of at least 8 bytes, found ${size}: download it again`);
  const length = new DataView(file.read(0, 8).buffer).getBigUint64(0, true);
  if (length > BigInt(Math.min(largestHeader, size - 8))) {
    throw new Error(`${path}: expected a header of at most ${Math.min(largestHeader, size - 8)} bytes, found a length of ${length}: `
      + 'the file is cut (download it again) or no safetensors file');
  }
  const dataStart = 8 + Number(length);
  return { ...parseHeader(file.read(8, Number(length)), size - dataStart, path), dataStart };
}
