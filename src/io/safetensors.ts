import { writeFileAtomic } from './atomic-file.js';
import { isSafetensorsDtype, safetensorsArrays, type SafetensorsTensor } from './safetensors-dtype.js';
import { parseHeader, sizeOfShape, type SafetensorsHeader } from './safetensors-header.js';
import { withFile, type SizedFile } from './sized-file.js';
import { sniff, sniffBytes } from './sniff.js';

/** The content of a safetensors file. */
export interface Safetensors {
  /** In the order of their data in the file. */
  readonly tensors: Map<string, SafetensorsTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The format's own limit. */
const largestHeader = 100_000_000;

/**
 * Reads a safetensors file. Every length in it is compared with the file's size before memory is taken, and every byte of
 * the file belongs to exactly one tensor, or the file is refused. Each tensor gets a buffer of its own, whatever its
 * alignment in the file.
 *
 * @throws Error of one sentence that names the file and, where there is one, the tensor
 * @see the format: https://github.com/huggingface/safetensors#format
 */
export function readSafetensors(path: string): Safetensors {
  return withFile(path, file => {
    const { entries, metadata, dataStart } = readHeader(file);
    const tensors = new Map(entries.map(({ name, dtype, shape, begin, end }): [string, SafetensorsTensor] => {
      const buffer = file.read(dataStart + begin, end - begin).buffer as ArrayBuffer;
      return [name, { dtype, shape, data: new safetensorsArrays[dtype](buffer) }];
    }));
    return { tensors, metadata };
  });
}

/** The `__metadata__` of a safetensors file, from its header alone. Errors as in {@link readSafetensors}. */
export function readSafetensorsMetadata(path: string): Safetensors['metadata'] {
  return withFile(path, file => readHeader(file).metadata);
}

/**
 * Writes a safetensors file, as a whole or not at all ({@link writeFileAtomic}). The bytes depend on the content alone, not
 * on the order of the tensors: wider types come first, so that all data are aligned, then names in code unit order.
 *
 * @throws TypeError when a tensor's array does not fit its dtype and shape, RangeError when names and metadata are longer than
 * the format allows; both before anything is written
 */
export function writeSafetensors(
  path: string, tensors: ReadonlyMap<string, SafetensorsTensor>, metadata: Readonly<Record<string, string>> = {},
): void {
  const width = (tensor: SafetensorsTensor): number => tensor.data.BYTES_PER_ELEMENT;
  const sorted = [...tensors].sort(([nameA, a], [nameB, b]) => width(b) - width(a) || (nameA < nameB ? -1 : 1));
  const fields: string[] = [];
  const keys = Object.keys(metadata).sort();
  if (keys.length > 0) fields.push(`"__metadata__":{${keys.map(key => `${JSON.stringify(key)}:${JSON.stringify(metadata[key])}`).join(',')}}`);
  let position = 0;
  for (const [name, tensor] of sorted) {
    checkTensor(name, tensor);
    const end = position + tensor.data.byteLength;
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype: tensor.dtype, shape: tensor.shape, data_offsets: [position, end] })}`);
    position = end;
  }
  const header = Buffer.from(`{${fields.join(',')}}`);
  if (header.length > largestHeader - 8) throw new RangeError(`${path}: expected a header of at most ${largestHeader} bytes, found ${header.length}`);
  const padded = Buffer.alloc(Math.ceil(header.length / 8) * 8, ' ');
  header.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  writeFileAtomic(path, [
    length,
    padded,
    ...sorted.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);
}

function readHeader(file: SizedFile): SafetensorsHeader & { readonly dataStart: number } {
  const { path, size } = file;
  const found = sniff(file.read(0, Math.min(size, sniffBytes)));
  if (found) throw new Error(`${path}: expected a safetensors file, found ${found.description}`);
  if (size < 8) throw new Error(`${path}: expected a safetensors file of at least 8 bytes, found ${size}: download it again`);
  const length = Buffer.from(file.read(0, 8)).readBigUInt64LE();
  if (length > BigInt(Math.min(largestHeader, size - 8))) {
    throw new Error(`${path}: expected a header of at most ${Math.min(largestHeader, size - 8)} bytes, found a length of ${length}: `
      + 'the file is cut (download it again) or no safetensors file');
  }
  const dataStart = 8 + Number(length);
  return { ...parseHeader(file.read(8, Number(length)), size - dataStart, path), dataStart };
}

function checkTensor(name: string, { dtype, shape, data }: SafetensorsTensor): void {
  const where = `tensor ${JSON.stringify(name)}`;
  if (name === '__metadata__') throw new TypeError(`${where}: the name is reserved`);
  if (!isSafetensorsDtype(dtype)) throw new TypeError(`${where}: expected a dtype of ${Object.keys(safetensorsArrays).join(', ')}, found ${String(dtype)}`);
  if (!(data instanceof safetensorsArrays[dtype])) {
    throw new TypeError(`${where}: expected a ${safetensorsArrays[dtype].name} for ${dtype}, found ${(data as object).constructor.name}`);
  }
  if (data.length !== sizeOfShape(shape)) {
    throw new TypeError(`${where}: expected ${sizeOfShape(shape)} values for shape [${shape.join(', ')}], found ${data.length}`);
  }
}
