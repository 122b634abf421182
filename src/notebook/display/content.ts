import type { Json, MimeBundle } from '../session/types.js';
import { displaySymbol, type Content } from './rich.js';
import { imageBundle, imageType } from './image.js';

/** HTML, as it is; scripts in it run only where the front end trusts the notebook. */
export function html(text: string): Content {
  return content({ 'text/html': text, 'text/plain': text });
}

/** Markdown, with formulas between `$`. */
export function markdown(text: string): Content {
  return content({ 'text/markdown': text, 'text/plain': text });
}

/** A formula; `$$` is put around it where it has no delimiters. */
export function latex(text: string): Content {
  const delimited = /^\s*(\$|\\\(|\\\[|\\begin\b)/.test(text) ? text : `$$${text}$$`;
  return content({ 'text/latex': delimited, 'text/plain': text });
}

/** An SVG document. */
export function svg(text: string): Content {
  return content({ 'image/svg+xml': text, 'text/plain': 'SVG picture' });
}

/**
 * A picture in one of the formats of the web.
 *
 * @throws TypeError when the bytes are none of PNG, JPEG, GIF and WebP
 */
export function image(bytes: Uint8Array): Content {
  const type = imageType(bytes);
  if (type === null) throw new TypeError('image: expected the bytes of a PNG, JPEG, GIF or WebP picture, found others');
  return content(imageBundle(bytes, type));
}

/** Data as a tree that can be folded. */
export function json(value: unknown): Content {
  const text = JSON.stringify(value, null, 2) as string | undefined;
  if (text === undefined) throw new TypeError(`json: expected data that JSON can hold, found ${typeof value}`);
  return content({ 'application/json': JSON.parse(text) as Json, 'text/plain': text });
}

function content(bundle: MimeBundle): Content {
  return { [displaySymbol]: () => bundle };
}
