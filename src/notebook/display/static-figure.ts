import { templates } from '../../figures/theme.js';
import type { Figure, PlotlyTrace } from '../../figures/index.js';

const defaultWidth = 760;
const defaultHeight = 450;

/** A plotly figure as readers without plotly get to see it: what its author left open is that of our own figures on white. */
export function staticFigure(data: readonly object[], layout: object): Figure {
  return {
    data: data.map(trace => ({ ...trace, type: (trace as Partial<PlotlyTrace>).type ?? 'scatter' })),
    layout: { template: templates.light, width: defaultWidth, height: defaultHeight, ...layout },
    caption: '', alternative: '',
  };
}
