import { methodLabel, whereLabel } from '../binarize/index.js';
import { defaultWidth, type Figure, type FigureOptions, type PlotlyTrace } from './figure.js';
import { axisId, axisKey, domain } from './panels.js';
import { escapeText, percent } from './text.js';
import { legendUnderTitle, methodStyle, templates, translucent } from './theme.js';

/** A quantity over training steps, of one run. */
export interface Curve {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** The curves of one cell of the grid, one per seed. */
export interface CurveCell {
  readonly where: string;
  readonly method: string;
  readonly loss: readonly Curve[];
  /** Validation accuracy in [0, 1]. */
  readonly accuracy: readonly Curve[];
}

/** Mean and extremes over seeds at each step that any of them has. */
export interface Band {
  readonly steps: readonly number[];
  readonly mean: readonly number[];
  readonly lowest: readonly number[];
  readonly highest: readonly number[];
}

/** Joins the curves of several seeds step by step. A value that is not finite is left out. */
export function bandOf(curves: readonly Curve[]): Band {
  const byStep = new Map<number, number[]>();
  for (const { steps, values } of curves) {
    steps.forEach((step, index) => {
      const value = values[index]!;
      if (Number.isFinite(value)) byStep.set(step, [...byStep.get(step) ?? [], value]);
    });
  }
  const rows = [...byStep].sort(([a], [b]) => a - b);
  return {
    steps: rows.map(([step]) => step),
    mean: rows.map(([, values]) => values.reduce((sum, value) => sum + value, 0) / values.length),
    lowest: rows.map(([, values]) => Math.min(...values)),
    highest: rows.map(([, values]) => Math.max(...values)),
  };
}

const rowTitles = ['training loss', 'validation accuracy (%)'];

/**
 * Training loss (upper row) and validation accuracy (lower row) over steps, a column for each binary part; mean over
 * seeds as line, lowest to highest seed as band. The float model is drawn in every column.
 */
export function curvesFigure(cells: readonly CurveCell[], options: FigureOptions = {}): Figure {
  const float = cells.filter(cell => cell.method === 'float');
  const places = [...new Set(cells.filter(cell => cell.method !== 'float').map(cell => cell.where))];
  const columns = places.length === 0 ? [float] : places.map(place => [...float, ...cells.filter(cell => cell.where === place && cell.method !== 'float')]);
  const named = new Set<string>();
  const data = columns.flatMap((members, column) => members.flatMap(cell => {
    const first = !named.has(cell.method);
    named.add(cell.method);
    return [
      ...bandTraces(cell.method, bandOf(cell.loss), column, columns.length, first),
      ...bandTraces(cell.method, scaled(bandOf(cell.accuracy), 100), column + columns.length, columns.length, false),
    ];
  }));
  const axes: Record<string, unknown> = {};
  for (let panel = 0; panel < 2 * columns.length; panel++) {
    const [row, column] = [Math.floor(panel / columns.length), panel % columns.length];
    axes[axisKey('x', panel)] = {
      domain: domain(column, columns.length, 0.03), anchor: axisId('y', panel), showticklabels: row === 1, nticks: 5,
      ...(row === 1 && { title: { text: 'step' } }), ...(panel > 0 && { matches: 'x' }),
    };
    axes[axisKey('y', panel)] = {
      domain: domain(1 - row, 2, 0.06), anchor: axisId('x', panel), showticklabels: column === 0,
      ...(column === 0 ? { title: { text: rowTitles[row] } } : { matches: axisId('y', row * columns.length) }),
    };
  }
  const height = 560;
  return {
    data,
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height,
      title: { text: escapeText(options.title ?? 'Training loss and validation accuracy') },
      legend: legendUnderTitle(height),
      margin: { l: 64, r: 20, t: 104, b: 54 },
      annotations: places.map((place, column) => ({
        text: `<b>${escapeText(whereLabel(place))}</b>`, showarrow: false, xref: `${axisId('x', column)} domain`, x: 0.5, xanchor: 'center',
        yref: 'paper', y: 1.01, yanchor: 'bottom',
      })),
      ...axes,
    },
    caption: 'Mean over seeds (line) and lowest to highest seed (band). Upper row: loss of the training batches; lower row: accuracy on '
      + 'the validation split. The float model is drawn in every column for comparison.',
    alternative: `At the last step: ${cells.map(describe).join('; ')}.`,
  };
}

function scaled(band: Band, factor: number): Band {
  const times = (values: readonly number[]): number[] => values.map(value => factor * value);
  return { steps: band.steps, mean: times(band.mean), lowest: times(band.lowest), highest: times(band.highest) };
}

function bandTraces(method: string, band: Band, panel: number, columns: number, showlegend: boolean): PlotlyTrace[] {
  const { color, symbol } = methodStyle(method);
  const shared = { type: 'scatter', legendgroup: method, xaxis: axisId('x', panel), yaxis: axisId('y', panel), name: escapeText(methodLabel(method)) };
  const isAccuracy = panel >= columns;
  return [
    {
      ...shared, mode: 'lines', hoverinfo: 'skip', showlegend: false, fill: 'toself', fillcolor: translucent(color, 0.18),
      x: [...band.steps, ...[...band.steps].reverse()], y: [...band.highest, ...[...band.lowest].reverse()], line: { width: 0 },
    },
    {
      ...shared, mode: isAccuracy ? 'lines+markers' : 'lines', showlegend, x: band.steps, y: band.mean,
      line: { color, width: 1.6, dash: method === 'float' ? 'dash' : 'solid' }, marker: { color, symbol, size: 5 },
      hovertemplate: isAccuracy ? 'step %{x}: %{y:.1f} %' : 'step %{x}: %{y:.3f}',
    },
  ];
}

function describe(cell: CurveCell): string {
  const loss = bandOf(cell.loss).mean.at(-1);
  const accuracy = bandOf(cell.accuracy).mean.at(-1);
  const name = cell.method === 'float' ? 'float' : `${methodLabel(cell.method)}, ${whereLabel(cell.where)}`;
  return `${name}: loss ${loss?.toFixed(3) ?? 'not recorded'}, accuracy ${accuracy === undefined ? 'not recorded' : `${percent(accuracy)} %`}`;
}
