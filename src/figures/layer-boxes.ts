import type { FiveNumbers } from '../analysis/index.js';
import type { PlotlyTrace } from './figure.js';
import { escapeText } from './text.js';
import { translucent } from './theme.js';

/** A five-number summary of something of one layer. */
export interface LayerBox {
  readonly layer: string;
  readonly box: FiveNumbers;
}

/** Lying boxes, one a layer: quartiles, whiskers to the extremes. The size of the figure does not depend on the size of the layers. */
export function layerBoxes(boxes: readonly LayerBox[], color: string, more: Readonly<Record<string, unknown>> = {}): PlotlyTrace {
  return {
    type: 'box', orientation: 'h', ...more,
    y: boxes.map(({ layer }) => escapeText(layer)),
    lowerfence: boxes.map(({ box }) => box.minimum), q1: boxes.map(({ box }) => box.lowerQuartile), median: boxes.map(({ box }) => box.median),
    q3: boxes.map(({ box }) => box.upperQuartile), upperfence: boxes.map(({ box }) => box.maximum),
    xhoverformat: '.4~g', line: { color, width: 1.4 }, fillcolor: translucent(color, 0.35),
  };
}

/** Part of the layout around layer boxes: one label with the numbers of a layer. Plotly's default, a slanted one for each number, cannot be read. */
export const layerHover = { hovermode: 'y unified', hoverlabel: { namelength: -1 } } as const;

/** The axis of layers in their order, the first one on top. */
export const layerAxis = (layers: readonly string[]): object =>
  ({ categoryorder: 'array', categoryarray: layers.map(escapeText), autorange: 'reversed', showspikes: false });
