export { accuracyFigure, type AccuracyCell } from './accuracy.js';
export { bandOf, curvesFigure, type Band, type Curve, type CurveCell } from './curves.js';
export { differencesFigure, type Difference } from './differences.js';
export { exportSvg, exportSvgs } from './export-svg.js';
export { defaultWidth, type Figure, type FigureOptions, type PlotlyLayout, type PlotlyTrace } from './figure.js';
export { scalesFigure, type LayerScales } from './scales.js';
export { count, escapeText, percent, points } from './text.js';
export { templates } from './theme.js';
export { weightsFigure, type LayerWeights, type RunWeights } from './weights.js';
