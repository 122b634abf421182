import type { AttentionRow } from '../analysis/index.js';
import { defaultWidth, type Figure, type FigureOptions } from './figure.js';
import { axisId, axisKey, domain } from './panels.js';
import { escapeText } from './text.js';
import { neutral, templates, whereStyle } from './theme.js';

const measures = [
  { name: 'entropy', title: 'entropy (bits)', of: (row: AttentionRow) => row.entropy },
  { name: 'distance', title: 'distance (pixels)', of: (row: AttentionRow) => row.distance },
] as const;

/**
 * Entropy and mean distance of the attention of every head, a dot each, by depth; the dashed line is the entropy of attention
 * to all tokens alike.
 */
export function attentionFigure(rows: readonly AttentionRow[], tokens: number, options: FigureOptions = {}): Figure {
  const { color } = whereStyle('mhsa');
  const most = Math.log2(tokens);
  const axes: Record<string, unknown> = {};
  measures.forEach(({ title }, panel) => {
    axes[axisKey('x', panel)] = {
      domain: domain(panel, measures.length, 0.2), anchor: axisId('y', panel), title: { text: 'encoder block' }, dtick: 1,
    };
    axes[axisKey('y', panel)] = { anchor: axisId('x', panel), title: { text: title }, rangemode: 'tozero' };
  });
  return {
    data: measures.map(({ name, of }, panel) => ({
      type: 'scatter', mode: 'markers', name, showlegend: false, xaxis: axisId('x', panel), yaxis: axisId('y', panel),
      x: rows.map(row => row.block), y: rows.map(of), text: rows.map(row => `head ${row.head}`), hovertemplate: 'block %{x}, %{text}: %{y:.2f}',
      marker: { color, size: 8, opacity: 0.8 },
    })),
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height: 330,
      title: { text: escapeText(options.title ?? 'Where the heads look') },
      margin: { l: 60, r: 20, t: 50, b: 54 },
      shapes: [{ type: 'line', xref: 'x domain', yref: 'y', x0: 0, x1: 1, y0: most, y1: most, line: { color: neutral, width: 1, dash: 'dash' } }],
      ...axes,
    },
    caption: `Attention of every head, averaged over images and queries. Left: entropy; dashed, that of attention to all ${tokens} tokens alike. `
      + 'Right: distance between the patch that looks and those it looks at.',
    alternative: `Entropy in bits and distance in pixels: ${rows.map(({ block, head, entropy, distance }) =>
      `block ${block} head ${head}: ${entropy.toFixed(2)}, ${distance.toFixed(1)}`).join('; ')}.`,
  };
}
