import { constants, gunzipSync } from 'node:zlib';
import { sniff, sniffBytes, withFile, type SizedFile } from '../io/index.js';

/** The content of an IDX file of bytes. */
export interface Idx {
  /** `[count]` for labels, `[count, height, width]` for images. */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Uint8Array;
}

/** What a file of each rank holds. */
const contents = { 1: 'labels', 3: 'images' } as const;

const typeNames: Readonly<Record<number, string>> = { 0x09: 'int8', 0x0b: 'int16', 0x0c: 'int32', 0x0d: 'float32', 0x0e: 'float64' };

/** Deflate cannot make more of one byte than this. */
const largestCompressionRatio = 1032;

/**
 * Reads labels (rank 1) or images (rank 3) from an IDX file, plain or gzipped; the first bytes decide, not the name. Sizes in
 * the header are compared with the file's size before memory is taken.
 *
 * @throws Error that names the file, and says what it is when it is no such IDX file
 * @see the format: http://yann.lecun.com/exdb/mnist/
 */
export function readIdx(path: string, rank: 1 | 3): Idx {
  return withFile(path, file => {
    const found = sniff(file.read(0, Math.min(file.size, sniffBytes)));
    if (found?.kind === 'gzip') return readGzip(file, rank);
    if (found) throw new Error(`${path}: expected IDX ${contents[rank]}, found ${found.description}`);
    const header = parseHeader(file.read(0, Math.min(file.size, headerBytes(rank))), rank, path);
    if (file.size !== header.fileBytes) throw wrongSize(path, rank, header, file.size);
    return { shape: header.shape, data: file.read(headerBytes(rank), header.fileBytes - headerBytes(rank)) };
  });
}

interface Header {
  readonly shape: readonly number[];
  /** Of header and data together, as the header says. */
  readonly fileBytes: number;
}

function headerBytes(rank: number): number {
  return 4 + 4 * rank;
}

function parseHeader(bytes: Uint8Array, rank: 1 | 3, path: string): Header {
  const refuse = (found: string): Error => new Error(`${path}: expected IDX ${contents[rank]} (first bytes 0 0 8 ${rank}), found ${found}`);
  const [zero0, zero1, type, foundRank] = bytes;
  if (bytes.length < 4) throw refuse(`a file of ${bytes.length} bytes`);
  if (zero0 !== 0 || zero1 !== 0) {
    throw refuse(`first bytes ${bytes.subarray(0, 4).join(' ')}${type === 0 && foundRank === 0 ? ': little-endian, which IDX never is' : ''}`);
  }
  if (type !== 8) throw refuse(typeNames[type!] ? `IDX values of type ${typeNames[type!]}` : `first bytes ${bytes.subarray(0, 4).join(' ')}`);
  if (foundRank !== rank) {
    throw refuse(foundRank === 1 || foundRank === 3 ? `IDX ${contents[foundRank]}: are the files swapped?` : `${foundRank!} dimensions`);
  }
  if (bytes.length < headerBytes(rank)) throw refuse(`a header cut after ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  return { shape, fileBytes: headerBytes(rank) + shape.reduce((product, size) => product * size, 1) };
}

function wrongSize(path: string, rank: 1 | 3, { shape, fileBytes }: Header, foundBytes: number): Error {
  const swapped = shape.map(size => Buffer.from(Uint32Array.of(size).buffer).readUInt32BE());
  if (headerBytes(rank) + swapped.reduce((product, size) => product * size, 1) === foundBytes) {
    return new Error(`${path}: expected big-endian sizes, found little-endian ones (${swapped.join(' x ')})`);
  }
  const itemBytes = Math.max(1, shape.slice(1).reduce((product, size) => product * size, 1));
  const fits = Math.max(0, Math.floor((foundBytes - headerBytes(rank)) / itemBytes));
  return new Error(`${path}: expected ${fileBytes} bytes for ${describeShape(shape)}, found ${foundBytes}, which is room for ${fits}: `
    + `the file is ${foundBytes < fileBytes ? 'cut' : 'too long'}, download it again`);
}

function describeShape([count, ...sizes]: readonly number[]): string {
  return sizes.length === 0 ? `${count!} labels` : `${count!} images of ${sizes.join(' x ')}`;
}

function readGzip(file: SizedFile, rank: 1 | 3): Idx {
  const { path, size } = file;
  // The first few kilobytes hold the header for certain, and unpack to a few megabytes at most.
  const start = gunzip(path, file.read(0, Math.min(size, 4096)), { finishFlush: constants.Z_SYNC_FLUSH });
  const found = sniff(start);
  if (found) throw new Error(`${path}: expected gzipped IDX ${contents[rank]}, found inside ${found.description}`);
  const header = parseHeader(start.subarray(0, headerBytes(rank)), rank, path);
  const { fileBytes, shape } = header;
  if (fileBytes > size * largestCompressionRatio) {
    throw new Error(`${path}: expected ${fileBytes} bytes for ${describeShape(shape)}, found gzip data of ${size} bytes, which cannot hold them: download it again`);
  }
  // One output buffer of the right size, so that the data are not collected in pieces and copied.
  const content = gunzip(path, file.read(0, size), { maxOutputLength: fileBytes, chunkSize: Math.max(64, fileBytes + 1) });
  if (content.length !== fileBytes) throw wrongSize(path, rank, header, content.length);
  return { shape, data: content.subarray(headerBytes(rank)) };
}

function gunzip(path: string, bytes: Uint8Array, options: Parameters<typeof gunzipSync>[1]): Uint8Array {
  try {
    return gunzipSync(bytes, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new Error(`${path}: expected at most ${options!.maxOutputLength!} bytes of unpacked IDX data, as its header says, found more`, { cause: error });
    }
    throw new Error(`${path}: expected whole gzip data, found damaged or cut ones (${(error as Error).message}): download it again`, { cause: error });
  }
}
