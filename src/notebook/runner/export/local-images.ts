import { readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import type { MimeBundle } from '../../session/index.js';

const mimeOf: Readonly<Record<string, string>> = {
  '.png': 'image/png', '.jpg': 'image/jpeg', '.jpeg': 'image/jpeg', '.gif': 'image/gif', '.webp': 'image/webp', '.svg': 'image/svg+xml',
};

/**
 * Address of an image as a page without a network can show it.
 *
 * @param address as the notebook writes it: `data:`, `attachment:name`, or a path from the notebook's folder
 * @returns a `data:` address; `null` for an image from elsewhere, or one that is not there
 */
export function embeddedImage(address: string, folder: string, attachments: Readonly<Record<string, MimeBundle>> = {}): string | null {
  if (/^data:image\/(png|jpeg|gif|webp|svg\+xml)[;,]/i.test(address)) return address;
  if (address.startsWith('attachment:')) {
    const bundle = attachments[decoded(address.slice('attachment:'.length))] ?? {};
    const [type, content] = Object.entries(bundle).find(([name]) => name.startsWith('image/')) ?? [];
    return type === undefined || typeof content !== 'string' ? null : dataAddress(type, content);
  }
  const type = mimeOf[extname(address).toLowerCase()];
  if (type === undefined || /^([a-z][a-z0-9+.-]*:|\/\/)/i.test(address)) return null;
  try {
    return `data:${type};base64,${readFileSync(resolve(folder, decoded(address))).toString('base64')}`;
  } catch {
    return null;
  }
}

/** Images are base64 in a bundle, but for SVG, which is text. */
export function dataAddress(type: string, content: string): string {
  return `data:${type};base64,${type === 'image/svg+xml' ? Buffer.from(content).toString('base64') : content.replaceAll(/\s/g, '')}`;
}

/** A path in Markdown may be percent-encoded. */
export function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
