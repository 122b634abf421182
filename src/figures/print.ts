import type { Figure, PlotlyTrace } from './figure.js';
import { legendUnderTitle, templates } from './theme.js';

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
  const squares = squareRows(layout, width);
  const height = layout.height + t - top - (squares?.saved ?? 0);
  return {
    ...themed,
    layout: {
      ...layout, ...squares?.axes, width, height, title: { text: '' }, margin: { ...sides, t },
      ...(layout.legend !== undefined && { legend: legendUnderTitle(height, legendTop) }),
    },
  };
}

type Domain = readonly [start: number, end: number];
interface PanelAxis { readonly domain?: Domain; readonly anchor?: string; readonly scaleanchor?: string }

/**
 * Rows of panels that keep their proportions (images, surfaces) become as low as their panels become narrow, with the same room for
 * titles between them: their axes, and the height that is saved. `null` for a figure without such panels.
 */
function squareRows(layout: Figure['layout'], width: number): { readonly axes: Readonly<Record<string, PanelAxis>>; readonly saved: number } | null {
  const axesOf = (letter: 'x' | 'y'): [string, PanelAxis][] =>
    Object.entries(layout).filter(([key]) => key.startsWith(`${letter}axis`)).map(([key, axis]) => [key, axis as PanelAxis]);
  const tied = axesOf('y').filter(([, { scaleanchor }]) => scaleanchor !== undefined);
  if (tied.length === 0) return null;
  const { l, r, t, b } = layout.margin as Readonly<Record<'l' | 'r' | 't' | 'b', number>>;
  const whole: Domain = [0, 1];
  const plotHeight = layout.height - t - b;
  const widest = Math.max(...axesOf('x').map(([, { domain: [start, end] = whole }]) => end - start)) * (width - l - r);
  // From the lowest row up: where it begins and ends, in pixels.
  const starts = [...new Set(tied.map(([, { domain: [start] = whole }]) => start))].sort((one, other) => one - other);
  const rows = new Map<number, Domain>();
  let shift = 0;
  for (const start of starts) {
    const [, end] = tied.map(([, { domain = whole }]) => domain).find(domain => domain[0] === start)!;
    const side = Math.min((end - start) * plotHeight, widest);
    rows.set(start, [start * plotHeight - shift, start * plotHeight - shift + side]);
    shift += (end - start) * plotHeight - side;
  }
  const inside = plotHeight - shift;
  const axes = tied.map(([key, axis]) => {
    const [bottom, top] = rows.get((axis.domain ?? whole)[0])!;
    return [key, { ...axis, domain: [bottom / inside, Math.min(1, top / inside)] as const }] as const;
  });
  return { axes: Object.fromEntries(axes), saved: shift };
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
