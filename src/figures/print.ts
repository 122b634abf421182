import type { Figure, PlotlyTrace } from './figure.js';
import { templates } from './theme.js';

/** Column widths of a two-column page, in inches: one column, and the whole line. */
export const columnInches = { single: 3.3, double: 6.9 } as const;
export type PageColumn = keyof typeof columnInches;

/**
 * Widths at which a figure is drawn for them, in CSS pixels, to be scaled to the column: its 12 pixel text then has 6.8 and 7.8
 * points, and its smallest, of 10 pixels, 5.7 and 6.5.
 */
export const columnPixels: Readonly<Record<PageColumn, number>> = { single: 420, double: 760 };

/** Height that a title takes, in CSS pixels; on paper the caption says it. */
const titleHeight = 30;
/** Where the legend begins without a title, and the height of a row of its entries. */
const legendTop = 6;
const legendRow = 19;

export interface PrintOptions {
  /** Column that the figure is made for, without its title; left out: the figure as it is. */
  readonly column?: PageColumn;
  /** Default: light. */
  readonly theme?: keyof typeof templates;
}

/** A figure drawn anew for a column or a theme; the data stay as they are. */
export function printed(figure: Figure, { column, theme = 'light' }: PrintOptions): Figure {
  const themed: Figure = { ...figure, layout: { ...figure.layout, template: templates[theme] } };
  if (column === undefined) return themed;
  const { layout, data } = themed;
  const width = columnPixels[column];
  const { t: top, ...sides } = layout.margin as { readonly t: number };
  // What stands between title or legend and the plot, such as names of panels, keeps its room.
  const t = layout.legend === undefined ? Math.max(12, top - titleHeight)
    : legendTop + legendRow * legendRows(data, width) + Math.max(4, top - titleHeight - legendTop - legendRow * legendRows(data, layout.width));
  const height = layout.height + t - top;
  return {
    ...themed,
    layout: {
      ...layout, width, height, title: { text: '' }, margin: { ...sides, t },
      ...(layout.legend !== undefined && { legend: { y: 1 - legendTop / height } }),
    },
  };
}

/** Rows that Plotly's horizontal legend takes: entries side by side, or in columns as wide as the widest when one row is too short. */
function legendRows(data: readonly PlotlyTrace[], width: number): number {
  const labels = data.filter(({ name, showlegend }) => name !== undefined && showlegend !== false).map(({ name }) => String(name).replaceAll(/<[^>]*>|&\w+;/g, ''));
  if (labels.length === 0) return 0;
  // A mark takes 40 pixels, a letter of 12 pixels seven.
  const widths = labels.map(label => 45 + 7 * label.length);
  if (widths.reduce((sum, each) => sum + each, 0) <= width) return 1;
  return Math.ceil(labels.length / Math.max(1, Math.floor(width / Math.max(...widths))));
}
