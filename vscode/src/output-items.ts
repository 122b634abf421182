import type { Json, MimeBundle } from '../../src/notebook/index.js';

/** One representation of an output, as the editor takes it: bytes of a MIME type. */
export interface OutputItem {
  readonly mime: string;
  readonly bytes: Uint8Array;
}

// The first type of an output is what the editor shows. Same order as in the editor's own notebook reader, so that an
// output looks the same before and after the notebook was closed.
const preference = [
  /^application\/vnd\./, /^application\/.+\+json$/, /^text\/html$/, /^image\/svg\+xml$/, /^text\/latex$/, /^text\/markdown$/,
  /^image\//, /^application\/json$/, /^text\/plain$/,
];

/** Representations of one result, the one to show first. */
export function outputItems(bundle: MimeBundle): readonly OutputItem[] {
  return Object.entries(bundle)
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([mime, value]) => ({ mime, bytes: bytesOf(mime, value) }));
}

function rank(mime: string): number {
  const index = preference.findIndex(pattern => pattern.test(mime));
  return index < 0 ? preference.length : index;
}

/** The editor wants pictures as bytes and writes them to the file as base64 again; the other types are text there. */
function bytesOf(mime: string, value: Json): Uint8Array {
  if (typeof value !== 'string') return Buffer.from(JSON.stringify(value));
  if (isJson(mime)) return Buffer.from(JSON.stringify(value));
  if (mime.startsWith('image/') && mime !== 'image/svg+xml') return Buffer.from(value, 'base64');
  return Buffer.from(value);
}

const isJson = (mime: string): boolean => mime === 'application/json' || mime.endsWith('+json');
