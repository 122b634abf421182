import type { Json, MimeBundle } from '../session/types.js';
import { describeFigure, isFigure } from './figure.js';
import { describeFrame, isFrame } from './frame.js';
import { base64, imageBundle, imageType } from './image.js';
import { describeModel, isModel } from './model.js';
import { plainText } from './plain-text.js';
import { displaySymbol, rich, type Rich } from './rich.js';
import { describeTensor, isTensor } from './tensor.js';

/**
 * The forms in which a value is shown. Types are told by what they have, so that no library is loaded for it and any copy of one
 * will do. A promise only where the value itself describes itself by one.
 */
export function describe(value: unknown): Rich | Promise<Rich> {
  if (typeof value !== 'object' || value === null) return selfDescription(value) ?? plain(value);
  if (isFrame(value)) return describeFrame(value);
  const own = selfDescription(value);
  if (own !== null) return own;
  if (isTensor(value)) return describeTensor(value);
  if (isModel(value)) return describeModel(value);
  if (isFigure(value)) return describeFigure(value);
  if (value instanceof Uint8Array) {
    const type = imageType(value);
    if (type !== null) return rich(imageBundle(value, type));
  }
  return plain(value);
}

function plain(value: unknown): Rich {
  return rich({ 'text/plain': plainText(value) });
}

function selfDescription(value: unknown): Rich | Promise<Rich> | null {
  if (value === null || typeof value !== 'object' && typeof value !== 'function') return null;
  const method = (value as { [displaySymbol]?: unknown })[displaySymbol];
  if (typeof method !== 'function') return null;
  const bundle = method.call(value) as unknown;
  return bundle instanceof Promise ? bundle.then(resolved => rich(normalized(resolved, value))) : rich(normalized(bundle, value));
}

/** Bytes become base64, and a bundle without text gets one; an empty bundle says that there is nothing to show. */
function normalized(bundle: unknown, value: unknown): MimeBundle {
  if (typeof bundle !== 'object' || bundle === null) {
    throw new TypeError(`Symbol.for("Jupyter.display"): expected a MIME bundle, found ${bundle === null ? 'null' : typeof bundle}`);
  }
  const entries = Object.entries(bundle).map(([type, data]: [string, unknown]) => [type, data instanceof Uint8Array ? base64(data) : data as Json] as const);
  if (entries.length === 0) return {};
  return { ...(entries.some(([type]) => type === 'text/plain') ? {} : { 'text/plain': plainText(value) }), ...Object.fromEntries(entries) };
}
