import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createCanvas, type Canvas } from '@napi-rs/canvas';
import { type DOMWindow, JSDOM } from 'jsdom';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Figure, PlotlyLayout, PlotlyTrace } from './figure.js';
import { currentMatrix, elementBox, multiply, parseTransform, pathOf, textWidth, transformBox, type Box, type Matrix } from './svg-geometry.js';

/** What we call of Plotly. */
interface Plotly {
  newPlot(element: Element, data: readonly PlotlyTrace[], layout: PlotlyLayout, config: object): Promise<unknown>;
  purge(element: Element): void;
  Snapshot: { toSVG(element: Element, format: 'svg'): string };
}

/**
 * Draws Plotly figures as SVG in a document of its own (jsdom), with the geometry that jsdom lacks: boxes of texts by
 * DejaVu Sans, transforms, path lengths, canvases. Plotly runs in that window's context, so no global of Node changes.
 * 100 to 250 MB: use {@link exportSvg}, which puts it into a thread that ends.
 */
export class SvgRenderer {
  readonly #window: DOMWindow;
  readonly #plotly: Plotly;

  constructor() {
    const { window } = new JSDOM('<!DOCTYPE html><body></body>', { runScripts: 'outside-only', pretendToBeVisual: true });
    this.#window = window;
    supplyWindow(window);
    supplyGeometry(window);
    supplyCanvas(window);
    // It has all trace types that can be drawn here, and starts in a third of the time of the whole.
    window.eval(readFileSync(createRequire(import.meta.url).resolve('plotly.js-cartesian-dist-min/plotly-cartesian.min.js'), 'utf8'));
    this.#plotly = window.eval('Plotly') as Plotly;
  }

  /**
   * @returns the figure as an SVG document; equal figures give equal bytes
   */
  async draw(figure: Figure): Promise<string> {
    const { data, layout } = figure;
    (this.#window.eval('Math') as Math).random = idSource(figure);
    const element = this.#window.document.createElement('div');
    element.style.width = `${layout.width}px`;
    element.style.height = `${layout.height}px`;
    this.#window.document.body.append(element);
    try {
      await this.#plotly.newPlot(element, structuredClone(data), structuredClone(layout), { staticPlot: true });
      return this.#plotly.Snapshot.toSVG(element, 'svg')
        .replace('<svg ', `<svg role="img" aria-label="${escapeAttribute(figure.alternative)}" `);
    } finally {
      this.#plotly.purge(element);
      element.remove();
    }
  }

  close(): void {
    this.#window.close();
  }
}

/**
 * Plotly draws the ids of its elements from Math.random. This sequence depends on the figure alone, so the ids are the
 * same at every draw, and two figures that stand inline in one page do not share any.
 */
function idSource({ data, layout }: Figure): () => number {
  const generator = xoroshiro128plus(createHash('sha256').update(JSON.stringify({ data, layout })).digest().readInt32LE());
  return () => uniformFloat64(generator);
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** Functions that Plotly's bundle expects while it loads. */
function supplyWindow(window: DOMWindow): void {
  window.URL.createObjectURL = () => 'blob:unused';
  Object.assign(window, {
    TextEncoder, TextDecoder,
    matchMedia: () => ({ matches: false, addEventListener() { /* never changes */ }, addListener() { /* never changes */ } }),
  });
}

function supplyGeometry(window: DOMWindow): void {
  const asRectangle = (box: Box) => ({ ...box, left: box.x, top: box.y, right: box.x + box.width, bottom: box.y + box.height });
  const asMatrix = (matrix: Matrix) => ({ ...matrix, inverse: () => invert(matrix), multiply: (other: Matrix) => multiply(matrix, other) });
  Object.assign(window.HTMLElement.prototype, {
    getBoundingClientRect(this: HTMLElement) {
      return asRectangle({ x: 0, y: 0, width: parseFloat(this.style.width) || 0, height: parseFloat(this.style.height) || 0 });
    },
  });
  Object.assign(window.SVGElement.prototype, {
    getBBox(this: Element) { return elementBox(this); },
    getBoundingClientRect(this: Element) { return asRectangle(transformBox(currentMatrix(this), elementBox(this))); },
    getComputedTextLength(this: Element) { return textWidth(this); },
    getCTM(this: Element) { return asMatrix(currentMatrix(this)); },
    getScreenCTM(this: Element) { return asMatrix(currentMatrix(this)); },
    getTotalLength(this: Element) { return pathOf(this).length; },
    getPointAtLength(this: Element, length: number) { return pathOf(this).at(length); },
  });
  Object.defineProperty(window.SVGElement.prototype, 'transform', {
    get(this: Element) {
      return { baseVal: { consolidate: () => ({ matrix: parseTransform(this.getAttribute('transform')) }) } };
    },
  });
}

function invert({ a, b, c, d, e, f }: Matrix): Matrix {
  const determinant = a * d - b * c;
  return {
    a: d / determinant, b: -b / determinant, c: -c / determinant, d: a / determinant,
    e: (c * f - d * e) / determinant, f: (b * e - a * f) / determinant,
  };
}

/** Heat maps are painted on a canvas and stand in the SVG as a picture. */
function supplyCanvas(window: DOMWindow): void {
  const canvases = new WeakMap<HTMLCanvasElement, Canvas>();
  const canvasOf = (element: HTMLCanvasElement): Canvas => {
    let canvas = canvases.get(element);
    if (canvas?.width !== element.width || canvas.height !== element.height) {
      canvas = createCanvas(element.width, element.height);
      canvases.set(element, canvas);
    }
    return canvas;
  };
  Object.assign(window.HTMLCanvasElement.prototype, {
    getContext(this: HTMLCanvasElement, kind: string) { return kind === '2d' ? canvasOf(this).getContext('2d') : null; },
    toDataURL(this: HTMLCanvasElement) { return canvasOf(this).toDataURL('image/png'); },
  });
}
