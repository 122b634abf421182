import type { SimilarityMatrix } from '../analysis/index.js';
import type { Figure, FigureOptions } from './figure.js';
import { escapeText } from './text.js';
import { sequential, templates } from './theme.js';

/** Linear CKA between the blocks of two models as a heat map, with its numbers. */
export function similarityFigure(
  { rows, columns, values }: SimilarityMatrix, { first = 'first model', second = 'second model', ...options }: FigureOptions & { readonly first?: string; readonly second?: string } = {},
): Figure {
  const side = 60;
  return {
    data: [{
      type: 'heatmap', x: columns.map(escapeText), y: rows.map(escapeText), z: values.map(row => row.map(value => Number(value.toFixed(3)))),
      zmin: 0, zmax: 1, colorscale: sequential, colorbar: { title: { text: 'CKA' }, thickness: 14 },
      texttemplate: '%{z:.2f}', hovertemplate: '%{y} and %{x}: %{z:.3f}',
    }],
    layout: {
      template: templates.light,
      width: options.width ?? 220 + side * Math.max(4, columns.length),
      height: 140 + side * rows.length,
      title: { text: escapeText(options.title ?? 'What the blocks compute: similarity') },
      xaxis: { title: { text: escapeText(second) }, showgrid: false },
      yaxis: { title: { text: escapeText(first) }, autorange: 'reversed', showgrid: false },
      margin: { l: 90, r: 20, t: 56, b: 60 },
    },
    caption: 'Linear centred kernel alignment of what each block passes on, over all tokens of the same images: 1 is the same up to rotation and scale.',
    alternative: `CKA: ${rows.map((row, at) => `${row}: ${values[at]!.map((value, column) => `${columns[column]!} ${value.toFixed(2)}`).join(', ')}`).join('; ')}.`,
  };
}
