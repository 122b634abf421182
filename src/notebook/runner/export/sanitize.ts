import { JSDOM } from 'jsdom';

/** Elements that show text, tables and pictures, each with the attributes that it may have beside the common ones. */
const elements: Readonly<Record<string, readonly string[]>> = {
  a: ['href'], abbr: [], b: [], blockquote: [], br: [], caption: [], center: [], cite: [], code: [], col: ['span'], colgroup: ['span'], dd: [], del: [],
  details: ['open'], dfn: [], div: [], dl: [], dt: [], em: [], figcaption: [], figure: [], font: ['color'], h1: [], h2: [], h3: [], h4: [], h5: [], h6: [],
  hr: [], i: [], img: ['src', 'alt', 'width', 'height'], ins: [], kbd: [], li: ['value'], mark: [], meter: ['min', 'max', 'value'], ol: ['start', 'type'], p: [],
  pre: [], progress: ['max', 'value'], q: [], s: [], samp: [], section: [], small: [], span: [], strong: [], sub: [], summary: [], sup: [],
  table: ['border'], tbody: [], td: ['colspan', 'rowspan', 'headers'], tfoot: [], th: ['colspan', 'rowspan', 'scope', 'headers'], thead: [], time: ['datetime'],
  tr: [], u: [], ul: [], var: [], wbr: [],
};
const commonAttributes = ['id', 'class', 'title', 'lang', 'dir', 'align', 'valign', 'style', 'role', 'aria-label', 'aria-hidden'];

/** Elements whose content is not for reading. */
const withoutContent = ['script', 'style', 'template', 'noscript', 'iframe', 'object', 'embed', 'head', 'title', 'textarea', 'select', 'math'];

/** Properties that shape an element but cannot take it out of its place or fetch anything. */
const styleProperty = /^(color|background-color|font(-\w+)*|text-(align|decoration|transform|indent)|vertical-align|white-space|border(-\w+)*|padding(-\w+)?|margin(-\w+)?|(min-|max-)?(width|height)|display|opacity|list-style(-type)?|gap|flex(-\w+)*|align-items|justify-content|grid-template-columns|line-height|letter-spacing)$/;

export interface SanitizeOptions {
  /** What an image's address becomes: a `data:` address, or `null` where it cannot be shown offline. */
  readonly image: (address: string) => string | null;
  /** Alternative text of an image that has none. */
  readonly alternative: string;
}

const { document } = new JSDOM('').window;

/**
 * HTML of a notebook without what could act: scripts, handlers, forms, frames, foreign files and styles that leave their
 * place. Only listed elements and attributes stay; drawings in SVG become images, which cannot run anything.
 */
export function sanitizeHtml(html: string, options: SanitizeOptions): string {
  const holder = document.createElement('template');
  holder.innerHTML = html;
  clean(holder.content, options);
  return holder.innerHTML;
}

function clean(parent: ParentNode & Node, options: SanitizeOptions): void {
  for (const node of [...parent.childNodes]) {
    if (node.nodeType === node.TEXT_NODE) continue;
    if (node.nodeType !== node.ELEMENT_NODE) {
      node.remove();
      continue;
    }
    const element = node as Element;
    const name = element.localName;
    if (name === 'svg') {
      element.replaceWith(svgImage(element, options));
    } else if (withoutContent.includes(name)) {
      element.remove();
    } else {
      clean(element, options);
      if (elements[name] === undefined) element.replaceWith(...element.childNodes);
      else cleanElement(element, elements[name], options);
    }
  }
}

function cleanElement(element: Element, allowed: readonly string[], options: SanitizeOptions): void {
  const style = element.getAttribute('style');
  for (const { name } of [...element.attributes]) {
    if (!allowed.includes(name) && !commonAttributes.includes(name)) element.removeAttribute(name);
  }
  if (style !== null) element.setAttribute('style', cleanStyle(element as HTMLElement));
  if (element.localName === 'a') cleanLink(element);
  if (element.localName === 'img') cleanImage(element, options);
  // Long lines scroll, also for who has no mouse.
  if (element.localName === 'pre') element.setAttribute('tabindex', '0');
  // A head without a word is no head to a reader who hears the table.
  if (element.localName === 'th' && element.textContent.trim() === '') replaceTag(element, 'td');
}

function cleanStyle({ style }: HTMLElement): string {
  return Array.from(style).filter(property => styleProperty.test(property) && !/url\(|expression\(/i.test(style.getPropertyValue(property)))
    .map(property => `${property}: ${style.getPropertyValue(property)}`).join('; ');
}

function cleanLink(link: Element): void {
  const address = (link.getAttribute('href') ?? '').trim();
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(address.replaceAll(/[\0-\x20]/g, ''))?.[1]?.toLowerCase();
  if (scheme !== undefined && !['http', 'https', 'mailto'].includes(scheme)) link.removeAttribute('href');
  else link.setAttribute('rel', 'noopener noreferrer');
}

function cleanImage(image: Element, { image: resolve, alternative }: SanitizeOptions): void {
  const source = image.getAttribute('src') ?? '';
  const alt = image.getAttribute('alt');
  const shown = resolve(source);
  if (shown !== null) {
    image.setAttribute('src', shown);
    if (alt === null || alt === '') image.setAttribute('alt', alternative);
    return;
  }
  // The page fetches nothing: a picture from elsewhere becomes a link to it.
  const link = document.createElement('a');
  link.textContent = alt === null || alt === '' ? source : alt;
  link.setAttribute('href', source);
  cleanLink(link);
  image.replaceWith(link);
}

function svgImage(svg: Element, { alternative }: SanitizeOptions): Element {
  const image = document.createElement('img');
  const title = svg.querySelector('title')?.textContent.trim() ?? '';
  image.setAttribute('alt', svg.getAttribute('aria-label') ?? (title === '' ? alternative : title));
  image.setAttribute('src', `data:image/svg+xml;base64,${Buffer.from(new (document.defaultView!.XMLSerializer)().serializeToString(svg)).toString('base64')}`);
  return image;
}

function replaceTag(element: Element, name: string): void {
  const other = document.createElement(name);
  for (const { name: attribute, value } of [...element.attributes]) other.setAttribute(attribute, value);
  other.append(...element.childNodes);
  element.replaceWith(other);
}
