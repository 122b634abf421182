import { createRequire } from 'node:module';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import { svgPathProperties } from 'svg-path-properties';

/** Affine map (x, y) -> (a·x + c·y + e, b·x + d·y + f), named as SVG names it. */
export interface Matrix { readonly a: number; readonly b: number; readonly c: number; readonly d: number; readonly e: number; readonly f: number }

export interface Box { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

export const identity: Matrix = { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 };

/** Height above and below the baseline of DejaVu Sans, in em; Chromium rounds both to whole pixels. */
const ascent = 0.928;
const descent = 0.236;

const require = createRequire(import.meta.url);
for (const style of ['', '-Bold', '-Oblique', '-BoldOblique']) {
  GlobalFonts.registerFromPath(require.resolve(`dejavu-fonts-ttf/ttf/DejaVuSans${style}.ttf`), 'DejaVu Sans');
}
const context = createCanvas(1, 1).getContext('2d');

/** `m` after `n`: first `n` is applied to a point, then `m`. */
export function multiply(m: Matrix, n: Matrix): Matrix {
  return {
    a: m.a * n.a + m.c * n.b, b: m.b * n.a + m.d * n.b,
    c: m.a * n.c + m.c * n.d, d: m.b * n.c + m.d * n.d,
    e: m.a * n.e + m.c * n.f + m.e, f: m.b * n.e + m.d * n.f + m.f,
  };
}

/** Reads a `transform` attribute (translate, scale, rotate, matrix: what Plotly writes). */
export function parseTransform(text: string | null): Matrix {
  let result = identity;
  for (const [, name, list] of (text ?? '').matchAll(/(\w+)\s*\(([^)]*)\)/g)) {
    result = multiply(result, singleTransform(name!, list!.split(/[\s,]+/).filter(Boolean).map(Number)));
  }
  return result;
}

function singleTransform(name: string, [p = 0, q, r = 0, s = 0, t = 0, u = 0]: number[]): Matrix {
  switch (name) {
    case 'translate': return { ...identity, e: p, f: q ?? 0 };
    case 'scale': return { ...identity, a: p, d: q ?? p };
    case 'matrix': return { a: p, b: q ?? 0, c: r, d: s, e: t, f: u };
    case 'rotate': {
      const angle = p * Math.PI / 180;
      const turn = { ...identity, a: Math.cos(angle), b: Math.sin(angle), c: -Math.sin(angle), d: Math.cos(angle) };
      const [x, y] = [q ?? 0, r];
      return multiply(multiply({ ...identity, e: x, f: y }, turn), { ...identity, e: -x, f: -y });
    }
    default: throw new RangeError(`transform: expected translate, scale, rotate or matrix, found "${name}"`);
  }
}

/** The upright box around `box` after `matrix`. */
export function transformBox(matrix: Matrix, { x, y, width, height }: Box): Box {
  const corners = [[x, y], [x + width, y], [x, y + height], [x + width, y + height]] as const;
  const xs = corners.map(([u, v]) => matrix.a * u + matrix.c * v + matrix.e);
  const ys = corners.map(([u, v]) => matrix.b * u + matrix.d * v + matrix.f);
  return boxOf(xs, ys);
}

function boxOf(xs: number[], ys: number[]): Box {
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { x: left, y: top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
}

function union(boxes: readonly Box[]): Box {
  const solid = boxes.filter(box => box.width > 0 || box.height > 0);
  if (solid.length === 0) return { x: 0, y: 0, width: 0, height: 0 };
  return boxOf(solid.flatMap(b => [b.x, b.x + b.width]), solid.flatMap(b => [b.y, b.y + b.height]));
}

/** What the nearest element says about a style property, as inherited styles do. */
function inheritedStyle(element: Element, property: string): string | null {
  for (let node: Element | null = element; node !== null; node = node.parentElement) {
    const value = (node as SVGElement).style.getPropertyValue(property);
    if (value !== '') return value;
  }
  return null;
}

function fontSize(element: Element): number {
  return parseFloat(inheritedStyle(element, 'font-size') ?? '16');
}

/** Width in pixels of all text inside `element`, each run measured in its own weight, slant and size. */
export function textWidth(element: Element): number {
  let width = 0;
  for (const node of element.childNodes) {
    if (node.nodeType === 1) {
      width += textWidth(node as Element);
    } else if (node.nodeType === 3 && node.nodeValue !== null) {
      const style = inheritedStyle(element, 'font-style') ?? 'normal';
      const weight = inheritedStyle(element, 'font-weight') ?? 'normal';
      context.font = `${style} ${weight} ${fontSize(element)}px "DejaVu Sans"`;
      width += context.measureText(node.nodeValue).width;
    }
  }
  return width;
}

function textBox(text: Element): Box {
  const lines = [...text.querySelectorAll('tspan.line')];
  return union((lines.length > 0 ? lines : [text]).map(line => {
    const size = fontSize(line);
    const width = textWidth(line);
    if (width === 0) return { x: 0, y: 0, width: 0, height: 0 };
    const anchor = line.getAttribute('text-anchor') ?? text.getAttribute('text-anchor') ?? inheritedStyle(line, 'text-anchor');
    const x = Number(line.getAttribute('x') ?? text.getAttribute('x') ?? 0);
    const baseline = Number(line.getAttribute('y') ?? text.getAttribute('y') ?? 0) + parseFloat(line.getAttribute('dy') ?? '0') * size;
    const above = Math.round(ascent * size);
    return {
      x: x - width * (anchor === 'middle' ? 0.5 : anchor === 'end' ? 1 : 0),
      y: baseline - above, width, height: above + Math.round(descent * size),
    };
  }));
}

/** Length of a path and the point at a length along it. */
export function pathOf(element: Element): { length: number; at(length: number): { x: number; y: number } } {
  const path = new svgPathProperties(element.getAttribute('d') ?? 'M0,0');
  return { length: path.getTotalLength(), at: length => path.getPointAtLength(length) };
}

function pathBox(element: Element): Box {
  const parts = new svgPathProperties(element.getAttribute('d') ?? 'M0,0').getParts();
  if (parts.length === 0) return { x: 0, y: 0, width: 0, height: 0 };
  return boxOf(parts.flatMap(part => [part.start.x, part.end.x]), parts.flatMap(part => [part.start.y, part.end.y]));
}

/**
 * Box of an element in its own coordinates, as `getBBox` gives it. Curves count by their end points: Plotly asks for
 * boxes of texts, of groups of texts, and of rectangles.
 */
export function elementBox(element: Element): Box {
  const number = (name: string): number => Number(element.getAttribute(name) ?? 0);
  switch (element.localName) {
    case 'text': return textBox(element);
    case 'rect': case 'image': return { x: number('x'), y: number('y'), width: number('width'), height: number('height') };
    case 'circle': return { x: number('cx') - number('r'), y: number('cy') - number('r'), width: 2 * number('r'), height: 2 * number('r') };
    case 'path': return pathBox(element);
    case 'g': case 'a': case 'svg':
      return union([...element.children].map(child => transformBox(parseTransform(child.getAttribute('transform')), elementBox(child))));
    default: return { x: 0, y: 0, width: 0, height: 0 };
  }
}

/** Map from an element's coordinates to those of its outermost `<svg>`. */
export function currentMatrix(element: Element): Matrix {
  let result = identity;
  for (let node: Element | null = element; node !== null && node.localName !== 'svg'; node = node.parentElement) {
    result = multiply(parseTransform(node.getAttribute('transform')), result);
  }
  return result;
}
