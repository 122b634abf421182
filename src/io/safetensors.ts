import { writeFileAtomic } from './atomic-file.js';
import { contentOf, headerOf, type Safetensors } from './safetensors-content.js';
import { isSafetensorsDtype, safetensorsArrays, type SafetensorsTensor } from './safetensors-dtype.js';
import { largestHeader, sizeOfShape } from './safetensors-header.js';
import { withFile } from './sized-file.js';

/**
 * Reads a safetensors file.
 *
 * @throws Error of one sentence that names the file and, where there is one, the tensor
 * @see the format: https://github.com/huggingface/safetensors#format
 */
export function readSafetensors(path: string): Safetensors {
  return withFile(path, contentOf);
}

/** The `__metadata__` of a safetensors file, from its header alone. Errors as in {@link readSafetensors}. */
export function readSafetensorsMetadata(path: string): Safetensors['metadata'] {
  return withFile(path, file => headerOf(file).metadata);
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
