/** What a file really is when it is not what its name says. */
export interface Sniffed {
  readonly kind: 'empty' | 'git-lfs-pointer' | 'html' | 'gzip' | 'zip' | 'tar';
  /** For an error sentence, e.g. `an HTML page: download the file again`. */
  readonly description: string;
}

/** Number of first bytes that {@link sniff} looks at. */
export const sniffBytes = 512;

/**
 * Recognises the usual wrong files under a data file's name by their first bytes.
 *
 * @param head the first {@link sniffBytes} bytes of the file, or all of it when it is shorter
 * @returns `null` when it is none of them
 */
export function sniff(head: Uint8Array): Sniffed | null {
  if (head.length === 0) return { kind: 'empty', description: 'an empty file (0 bytes): download or write it again' };
  if (head[0] === 0x1f && head[1] === 0x8b) return { kind: 'gzip', description: 'gzip data, perhaps an archive: unpack it first' };
  const text = new TextDecoder('latin1').decode(head.subarray(0, sniffBytes));
  if (text.startsWith('PK\x03\x04')) return { kind: 'zip', description: 'a zip archive: extract it first' };
  if (text.startsWith('ustar', 257)) return { kind: 'tar', description: 'a tar archive: extract it first' };
  if (text.startsWith('version https://git-lfs')) {
    return { kind: 'git-lfs-pointer', description: 'a Git LFS pointer, not the file itself: fetch the real file with "git lfs pull"' };
  }
  // A byte order mark is three characters in latin1.
  if (/^(\u00ef\u00bb\u00bf)?\s*<(!doctype|html|head|body|\?xml)/i.test(text)) {
    return { kind: 'html', description: 'an HTML page: download the file again' };
  }
  return null;
}
