/** One trace as Plotly reads it; `type` is always written out. */
export interface PlotlyTrace {
  readonly type: string;
  readonly [attribute: string]: unknown;
}

/** A layout as Plotly reads it, with its size in CSS pixels. */
export interface PlotlyLayout {
  readonly width: number;
  readonly height: number;
  readonly [attribute: string]: unknown;
}

/**
 * A finished figure: plain JSON that `Plotly.newPlot(element, figure.data, figure.layout)` draws, with the words that
 * belong to it. It holds no function and needs no browser to be made, stored or compared.
 */
export interface Figure {
  readonly data: readonly PlotlyTrace[];
  readonly layout: PlotlyLayout;
  /** What is shown and how it was computed; stands under the picture. */
  readonly caption: string;
  /** What a reader who cannot see the picture needs to know: the numbers that it shows. */
  readonly alternative: string;
}

/** Options that every figure takes. */
export interface FigureOptions {
  /** Width in CSS pixels; the height follows from the data. Default: {@link defaultWidth}. */
  readonly width?: number;
  /** Heading of the figure; each figure has a default. */
  readonly title?: string;
}

/** Wide enough for a text column on a screen, and for a full line of an A4 page. */
export const defaultWidth = 760;
