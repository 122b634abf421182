import type { HeadScales } from '../analysis/index.js';
import { defaultWidth, type Figure, type FigureOptions } from './figure.js';
import { escapeText } from './text.js';
import { sequential, templates } from './theme.js';

/** Median scaling factor of every head's query, key and value projection as a heat map: rows are block and operand. */
export function headScalesFigure(rows: readonly HeadScales[], options: FigureOptions = {}): Figure {
  const lines = [...new Set(rows.map(lineOf))];
  const heads = [...new Set(rows.map(({ head }) => head))].sort((a, b) => a - b);
  const medians = new Map(rows.map(row => [`${lineOf(row)} ${row.head}`, Number(row.scales.median.toPrecision(4))]));
  return {
    data: [{
      type: 'heatmap', x: heads.map(head => `head ${head}`), y: lines, z: lines.map(line => heads.map(head => medians.get(`${line} ${head}`) ?? null)),
      colorscale: sequential, colorbar: { title: { text: 'α' }, thickness: 14 }, hovertemplate: '%{y}, %{x}: %{z:.4f}',
      // Numbers fit as long as the cells are wide.
      ...(heads.length <= 8 && { texttemplate: '%{z:.3f}' }),
    }],
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height: 130 + 24 * lines.length,
      title: { text: escapeText(options.title ?? 'Scaling factors of q, k and v by head') },
      xaxis: { showgrid: false },
      yaxis: { autorange: 'reversed', showgrid: false },
      margin: { l: 90, r: 20, t: 50, b: 40 },
    },
    caption: 'Median scaling factor α over the outputs of each head, by encoder block and operand of attention (query q, key k, value v).',
    alternative: `Median α: ${lines.map(line => `${line}: ${heads.map(head => medians.get(`${line} ${head}`)?.toPrecision(3) ?? '–').join(', ')}`).join('; ')}.`,
  };
}

const lineOf = ({ block, operand }: HeadScales): string => `block ${block}, ${operand}`;
