import { methodStyle, neutral, translucent } from './theme.js';

/** A piece of a drawing on axes from 0 to 100, as Plotly shapes and annotations. */
export interface Mark {
  readonly shapes: readonly object[];
  readonly annotations: readonly object[];
}

const binaryColor = methodStyle('bwn').color;
const axes = { xref: 'x', yref: 'y' };

/**
 * A box around its centre; filled, with its precision in bold below its name, where it is binary. The blocks that it holds for
 * ("in 2 of 4") stand beside the precision, in a narrow box below it.
 */
export function box(x: number, y: number, width: number, height: number, name: string, precision: string | null): Mark {
  const binary = precision !== null;
  const narrow = width < 20;
  const [bits = '', blocks = ''] = precision?.split(/ (?=in )/) ?? [];
  const words = [name, bits && `<b>${bits}</b>${blocks && `${narrow ? '<br>' : ' '}${blocks}`}`].filter(Boolean);
  return {
    shapes: [{
      ...axes, type: 'rect', x0: x - width / 2, x1: x + width / 2, y0: y - height / 2, y1: y + height / 2,
      line: { color: binary ? binaryColor : neutral, width: binary ? 2 : 1 }, ...(binary && { fillcolor: translucent(binaryColor, 0.25) }),
    }],
    annotations: [label(x, y, words.join('<br>'), binary && narrow ? 10 : 11)],
  };
}

/** A dashed frame from one corner to the other. */
export const frame = (x0: number, y0: number, x1: number, y1: number): Mark =>
  ({ shapes: [{ ...axes, type: 'rect', x0, y0, x1, y1, line: { color: neutral, width: 1, dash: 'dot' } }], annotations: [] });

export const line = (x0: number, y0: number, x1: number, y1: number, dash = 'solid'): Mark =>
  ({ shapes: [{ ...axes, type: 'line', x0, y0, x1, y1, line: { color: neutral, width: 1, dash } }], annotations: [] });

/** A line that ends in an arrow head at (x1, y1). */
export const arrow = (x0: number, y0: number, x1: number, y1: number): Mark => ({
  shapes: [],
  annotations: [{
    ...axes, axref: 'x', ayref: 'y', x: x1, y: y1, ax: x0, ay: y0, text: '', showarrow: true, arrowhead: 2, arrowsize: 1, arrowwidth: 1, arrowcolor: neutral,
  }],
});

export const text = (x: number, y: number, words: string, size = 11): Mark => ({ shapes: [], annotations: [label(x, y, words, size)] });

const label = (x: number, y: number, words: string, size: number): object => ({ ...axes, x, y, text: words, showarrow: false, font: { size }, align: 'center' });
