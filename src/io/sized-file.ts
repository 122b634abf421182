import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** An open file whose size is known, so that lengths which come from its content can be checked before memory is taken. */
export interface SizedFile {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /**
   * Bytes `[position, position + length)` in a buffer of their own.
   *
   * @throws RangeError before anything is allocated, when they reach beyond the end of the file
   */
  read(position: number, length: number): Uint8Array;
}

/** Node takes at most 2^31 - 1 bytes in one read. */
const largestRead = 2 ** 30;

/**
 * Opens a file, hands it to `use`, and closes it.
 *
 * @throws Error that names the path when there is no such file, or when it is no regular file
 */
export function withFile<T>(path: string, use: (file: SizedFile) => T): T {
  const descriptor = open(path);
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw new Error(`${path}: expected a file, found ${status.isDirectory() ? 'a folder' : 'something else'}`);
    const { size } = status;
    return use({ path, size, read: (position, length) => read(descriptor, path, size, position, length) });
  } finally {
    closeSync(descriptor);
  }
}

/** All bytes of a file. Errors as in {@link withFile}. */
export function readWhole(path: string): Uint8Array {
  return withFile(path, file => file.read(0, file.size));
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Error(`${path}: there is no such file`, { cause: error });
    throw error;
  }
}

function read(descriptor: number, path: string, size: number, position: number, length: number): Uint8Array {
  if (position + length > size) {
    throw new RangeError(`${path}: expected at least ${position + length} bytes, found ${size}`);
  }
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const count = readSync(descriptor, bytes, done, Math.min(length - done, largestRead), position + done);
    if (count === 0) throw new Error(`${path}: the file was cut while it was read`);
    done += count;
  }
  return bytes;
}
