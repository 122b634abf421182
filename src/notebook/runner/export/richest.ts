import type { Json, MimeBundle } from '../../session/index.js';
import type { DisplayOutput, ResultOutput } from '../format/index.js';

/** MIME type of Plotly's figures. */
export const plotlyMime = 'application/vnd.plotly.v1+json';

/** Raster images that browsers and code hosts show, with the ends of their files' names. */
export const imageExtensions: Readonly<Record<string, string>> = {
  'image/png': 'png', 'image/jpeg': 'jpg', 'image/gif': 'gif', 'image/webp': 'webp',
};

/** The first of the types that a bundle has, with its content. */
export function richest(bundle: MimeBundle, types: readonly string[]): { readonly type: string; readonly content: Json } | null {
  const type = types.find(name => bundle[name] !== undefined);
  return type === undefined ? null : { type, content: bundle[type]! };
}

/** The content of a text type. */
export function textOf(bundle: MimeBundle, type: string): string | null {
  const content = bundle[type];
  return typeof content === 'string' ? content : null;
}

/**
 * What a picture shows, for who cannot see it: what its metadata say (`alt` of the type, as display metadata go), else its
 * plain text, else where it stands.
 */
export function alternativeOf({ data, metadata }: DisplayOutput | ResultOutput, type: string, place: string): string {
  const own = metadata[type];
  const alt = own !== null && typeof own === 'object' && !Array.isArray(own) ? (own as { readonly alt?: Json }).alt : undefined;
  if (typeof alt === 'string' && alt !== '') return alt;
  const text = textOf(data, 'text/plain')?.trim() ?? '';
  return text === '' || text.startsWith('[object') ? `Picture that ${place} shows` : text;
}

/** Text of a terminal as it stands after it was printed: without colours, overwritten lines as they ended. */
export function settled(text: string): string {
  return text.replaceAll(/\x1b\[[0-9;?]*[a-zA-Z]/g, '').replaceAll(/\r+\n/g, '\n').replaceAll(/[^\n]*\r(?=[^\n])/g, '').replaceAll('\r', '');
}
