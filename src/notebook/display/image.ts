import { crc32, deflateSync } from 'node:zlib';
import type { MimeBundle } from '../session/types.js';

const signatures: readonly (readonly [type: string, pattern: RegExp])[] = [
  ['image/png', /^\x89PNG\r\n\x1a\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[^]{4}WEBP/],
];

/** MIME type of a picture by its first bytes; `null` when it is none. */
export function imageType(bytes: Uint8Array): string | null {
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  return signatures.find(([, pattern]) => pattern.test(start))?.[0] ?? null;
}

/** A picture as MIME bundle. */
export function imageBundle(bytes: Uint8Array, type: string): MimeBundle {
  return { [type]: base64(bytes), 'text/plain': `${type.slice('image/'.length).toUpperCase()} picture, ${bytes.length} bytes` };
}

/** Bytes as a MIME bundle holds them. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** PNG's colour types by the number of channels. */
const colourTypes: Readonly<Record<number, number>> = { 1: 0, 3: 2, 4: 6 };

/**
 * Encodes pixels as PNG.
 *
 * @param pixels `[height, width, channels]`, with 1 (grey), 3 (RGB) or 4 (RGBA) channels of 8 bits
 */
export function encodePng(pixels: Uint8Array, width: number, height: number, channels: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colourTypes[channels]!], 8);
  const rowBytes = width * channels;
  const rows = Buffer.alloc(height * (rowBytes + 1));
  for (let row = 0; row < height; row++) rows.set(pixels.subarray(row * rowBytes, (row + 1) * rowBytes), row * (rowBytes + 1) + 1);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
