import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';

const temporarySuffix = '.binvit-tmp';

/**
 * Replaces a file as a whole: whoever opens `path`, also after the process or the machine died at any moment, finds the old
 * content or the new one, complete. The data go to a temporary file in the same folder, are flushed to disk, and take the
 * name in one step; then the folder is flushed too. Missing folders are made.
 *
 * @param data text (as UTF-8), bytes, or pieces of bytes that are written one after the other
 * @throws Error of the file system (disk full, no permission, ...); the old file is then untouched
 */
export function writeFileAtomic(path: string, data: string | Uint8Array | readonly Uint8Array[]): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true });
  // One name a thread: writers of the same file never write into each other's data; the last rename wins.
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${threadId}${temporarySuffix}`);
  try {
    const descriptor = openSync(temporary, 'w');
    try {
      for (const piece of Array.isArray(data) ? data as readonly Uint8Array[] : [data as string | Uint8Array]) {
        writeFileSync(descriptor, piece);
      }
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    // The path that was asked for, not the temporary one.
    throw Object.assign(error as Error, { path });
  }
  syncFolder(folder);
}

/**
 * Removes what killed calls of {@link writeFileAtomic} left in a folder. For the one owner of the folder, before it writes:
 * another process could still be about to rename such a file.
 */
export function removeTemporaryFiles(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name.endsWith(temporarySuffix)) rmSync(join(folder, name), { force: true });
  }
}

/** Makes a rename survive a power cut. Windows has no handle for this and needs none. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
