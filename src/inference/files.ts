import { readSafetensors, writeSafetensors } from '../io/index.js';
import { packedFileOf, packedMetadata, type PackedFile } from './packed-file.js';

/** Writes a packed model; equal models give equal bytes. */
export function writePackedFile(path: string, file: PackedFile): void {
  writeSafetensors(path, file.tensors, packedMetadata(file));
}

/** Reads a packed model and checks that it is whole. Errors as in {@link packedFileOf}. */
export function readPackedFile(path: string): PackedFile {
  return packedFileOf(readSafetensors(path), path);
}
