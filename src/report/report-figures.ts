import { methodLabel, whereLabel } from '../binarize/index.js';
import { accuracyFigure, curvesFigure, scalesFigure, weightsFigure, type Curve } from '../figures/index.js';
import type { RunRecord } from '../training/index.js';
import { accuracyCell } from './cells.js';
import type { Report } from './report.js';
import type { RecordedCell } from './run-records.js';

/** The figures of a report, each only where there is something to draw. */
export function reportFigures(cells: readonly RecordedCell[]): Pick<Report, 'accuracy' | 'curves' | 'scales' | 'weights'> {
  const arms = cells.map(cell => ({ ...cell, where: cell.runs[0]!.where, method: cell.runs[0]!.method, scaled: cell.runs[0]!.scaled }));
  const curves = arms.filter(({ records }) => records.length > 0).map(({ where, method, records }) =>
    ({ where, method, loss: records.map(lossCurve), accuracy: records.map(accuracyCurve) }));
  const scales = arms.filter(({ scaled }) => scaled).flatMap(({ where, method, layers }) =>
    layers.map(layer => ({ where, method, layer: layer.layer, scales: layer.scales })));
  const drawIf = <Drawing>(items: readonly unknown[], draw: () => Drawing): Drawing | null => items.length > 0 ? draw() : null;
  return {
    accuracy: drawIf(cells, () => ({ id: 'accuracy', title: 'Accuracy', figure: accuracyFigure(cells.map(accuracyCell)) })),
    curves: drawIf(curves, () => ({ id: 'curves', title: 'Training', figure: curvesFigure(curves) })),
    scales: drawIf(scales, () => ({ id: 'scales', title: 'Scaling factors', figure: scalesFigure(scales) })),
    weights: arms.filter(({ layers }) => layers.length > 0).map(({ where, method, layers }) => ({
      id: `weights-${where}-${method}`,
      title: `Latent weights: ${methodLabel(method)}, ${whereLabel(where)}`,
      figure: weightsFigure({ where, method, layers }, { columns: layersPerBlock(layers.map(({ layer }) => layer)) }),
    })),
  };
}

const lossCurve = ({ metrics }: RunRecord): Curve => {
  const rows = metrics.filter(row => row.kind === 'step');
  return { steps: rows.map(row => row.step), values: rows.map(row => row.loss) };
};

const accuracyCurve = ({ metrics }: RunRecord): Curve => {
  const rows = metrics.filter(row => row.kind === 'evaluation').filter(row => row.split === 'validation');
  return { steps: rows.map(row => row.step), values: rows.map(row => row.accuracy) };
};

/** One row of panels for each encoder block, so that the same layer stands below itself. */
function layersPerBlock(names: readonly string[]): number {
  const blocks = new Set(names.map(name => /\d+/.exec(name)?.[0]));
  return Math.ceil(names.length / blocks.size);
}
