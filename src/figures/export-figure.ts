import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import PDFDocument from 'pdfkit';
import svgToPdf from 'svg-to-pdfkit';
import { writeFileAtomic } from '../io/index.js';
import { exportSvgs } from './export-svg.js';
import type { Figure } from './figure.js';
import { columnInches, printed, type PrintOptions } from './print.js';

/** Points of a PDF in a CSS pixel. */
const pointsPerPixel = 72 / 96;
/** Pixels of a PNG in a CSS pixel: sharp on a dense screen and, at 192 dots per inch, on paper. */
const pngScale = 2;
const fontFile = (style: string): string => createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/DejaVuSans${style}.ttf`);

/**
 * Writes a figure as a picture, in the format of the file's name, without a browser. Equal figures give equal bytes, and the
 * file is written whole or not at all.
 *
 * @param path ends in `.svg`, `.png` (two pixels to a CSS pixel) or `.pdf` (vectors and text, one page of the figure's size)
 * @param options column of a page, for which the figure is drawn anew and sized in inches (SVG and PDF), and theme
 * @throws RangeError when the name ends in something else, or a trace has a type that cannot be drawn without a browser
 */
export async function exportFigure(figure: Figure, path: string, options: PrintOptions = {}): Promise<void> {
  await exportFigures([{ figure, path }], options);
}

/**
 * The same for several figures, drawn in one thread: a second for all and some tenths for each.
 *
 * @param items figures with their files, see {@link exportFigure}
 * @throws RangeError before anything is written
 */
export async function exportFigures(items: readonly { readonly figure: Figure; readonly path: string }[], options: PrintOptions = {}): Promise<void> {
  const formats = items.map(({ path }) => formatOf(path));
  const drawn = items.map(({ figure }) => printed(figure, options));
  const svgs = await exportSvgs(drawn);
  for (const [index, { path }] of items.entries()) {
    writeFileAtomic(path, await pictureOf(svgs[index]!, drawn[index]!, formats[index]!, options));
  }
}

type Format = '.svg' | '.png' | '.pdf';

function formatOf(path: string): Format {
  const format = extname(path).toLowerCase();
  if (format === '.svg' || format === '.png' || format === '.pdf') return format;
  throw new RangeError(`${path}: expected a name that ends in .svg, .png or .pdf, found "${format}"`);
}

/** The file of a drawn figure: in points and inches of its column where it has one. */
async function pictureOf(svg: string, drawn: Figure, format: Format, { column }: PrintOptions): Promise<string | Buffer> {
  if (format === '.png') return pngOf(svg);
  if (column === undefined) return format === '.svg' ? svg : pdfOf(svg, drawn);
  const { width, height } = drawn.layout;
  const inches = columnInches[column];
  const tall = Number((inches * height / width).toFixed(4));
  if (format === '.pdf') return pdfOf(svg, drawn, inches * 72 / width);
  return svg.replace(`width="${width}" height="${height}"`, `width="${inches}in" height="${tall}in" viewBox="0 0 ${width} ${height}"`);
}

/** A PNG of an SVG document that `exportSvg` drew. */
export function pngOf(svg: string): Buffer {
  // resvg does not know `pixelated`; both mean that the cells of a heat map keep their edges.
  const resvg = new Resvg(svg.replaceAll('image-rendering: pixelated', 'image-rendering: optimizeSpeed'), {
    fitTo: { mode: 'zoom', value: pngScale },
    font: { fontFiles: ['', '-Bold', '-Oblique', '-BoldOblique'].map(fontFile), loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' },
  });
  return resvg.render().asPng();
}

/**
 * A PDF of the SVG document that `exportSvg` drew of a figure.
 *
 * @param scale points to a CSS pixel; default that of CSS, 0.75
 */
export function pdfOf(svg: string, { layout, alternative }: Figure, scale = pointsPerPixel): Promise<Buffer> {
  const size: [number, number] = [layout.width * scale, layout.height * scale];
  // A fixed date, because the identifier of a PDF is made from it.
  const document = new PDFDocument({ size, margin: 0, info: { CreationDate: new Date(0), Subject: alternative } });
  for (const [name, style] of Object.entries(fonts)) document.registerFont(name, readFileSync(fontFile(style)));
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    document.on('data', (chunk: Buffer) => chunks.push(chunk));
    document.on('end', () => { resolve(Buffer.concat(chunks)); });
    document.on('error', reject);
    // svg-to-pdfkit takes a dash array that begins with a gap of 0 for an endless one.
    svgToPdf(document, svg.replaceAll(/(stroke-dasharray:) *0(?:px)?, *0(?:px)?, */g, '$1 '), 0, 0, {
      width: size[0], height: size[1],
      fontCallback: (_family, bold, italic) => `DejaVu Sans${bold ? ' Bold' : ''}${italic ? ' Oblique' : ''}`,
    });
    document.end();
  });
}

const fonts = { 'DejaVu Sans': '', 'DejaVu Sans Bold': '-Bold', 'DejaVu Sans Oblique': '-Oblique', 'DejaVu Sans Bold Oblique': '-BoldOblique' };
