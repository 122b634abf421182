import { costTable, costTotal } from '../analysis/index.js';
import { interactionOf, type ResultRow } from '../experiments/index.js';
import {
  accuracyFigure, architectureFigure, costFigure, curvesFigure, interactionFigure, paretoFigure, scalesFigure, weightsFigure, type CostBar, type Curve,
  type CurveCell, type Figure, type LayerScales, type ParetoPoint,
} from '../figures/index.js';
import type { RunRecord } from '../training/index.js';
import { armId, armTitle } from './arm-names.js';
import { accuracyCell, cellRow } from './cells.js';
import type { Report, ReportFigure } from './report.js';
import type { RecordedCell } from './run-records.js';

/** The figures of the overview over all arms, each only where there is something to draw. */
export function overviewOf(
  cells: readonly RecordedCell[], rows: readonly ResultRow[],
): Pick<Report, 'accuracy' | 'interaction' | 'pareto' | 'cost' | 'curves' | 'scales'> {
  const curves = cells.filter(({ records }) => records.length > 0).map(curveCell);
  const scales = cells.flatMap(layerScales);
  const binaryMethods = [...new Set(cells.map(({ runs }) => runs[0]!.method))].filter(method => method !== 'float');
  const interactions = binaryMethods.map(method => interactionOf(rows, method)).filter(({ seeds }) => seeds.length > 0);
  const costs = cells.flatMap(cellCost);
  const drawIf = <Drawing>(items: readonly unknown[], draw: () => Drawing): Drawing | null => items.length > 0 ? draw() : null;
  return {
    accuracy: drawIf(cells, () => ({ id: 'accuracy', title: 'Accuracy', figure: accuracyFigure(cells.map(accuracyCell)) })),
    interaction: drawIf(interactions, () => ({ id: 'interaction', title: 'Interaction', figure: interactionFigure(interactions) })),
    pareto: drawIf(costs, () => ({ id: 'pareto', title: 'Accuracy against cost', figure: paretoFigure(costs.map(({ point }) => point)) })),
    cost: drawIf(costs, () => ({ id: 'cost', title: 'Cost', figure: costFigure(costs.map(({ bar }) => bar)) })),
    curves: drawIf(curves, () => ({ id: 'curves', title: 'Training', figure: curvesFigure(curves) })),
    scales: drawIf(scales, () => ({ id: 'scales', title: 'Scaling factors', figure: scalesFigure(scales) })),
  };
}

/** What a cell costs, for the figures that show it; nothing where no run folder can be read. */
function cellCost(cell: RecordedCell): { readonly point: ParetoPoint; readonly bar: CostBar }[] {
  const config = cell.records[0]?.config;
  if (config === undefined) return [];
  const rows = costTable(config.model, config.plan);
  const { where, method, mean, interval } = cellRow(cell);
  const { sizeBytes, ops } = costTotal(rows);
  return [{ point: { where, method, mean, interval, sizeBytes, ops }, bar: { label: armTitle(where, method), rows } }];
}

/**
 * The figures of one arm: its curves over all seeds beside those of the float model (`float`, where it has finished); scaling factors and
 * latent weights of its run with the lowest seed.
 */
export function armFigures(cell: RecordedCell, float: RecordedCell | undefined): ReportFigure[] {
  const { name, records, layers } = cell;
  const { where, method } = cell.runs[0]!;
  const figures: ReportFigure[] = [];
  const add = (kind: string, title: string, figure: Figure): void => { figures.push({ id: `${kind}-${armId(name)}`, title, figure }); };
  if (records.length > 0) add('curves', 'Training', curvesFigure([...new Set([float ?? cell, cell])].map(curveCell)));
  const scales = layerScales(cell);
  if (scales.length > 0) add('scales', 'Scaling factors', scalesFigure(scales));
  if (layers.length > 0) {
    add('weights', 'Latent weights', weightsFigure({ where, method, layers }, { columns: layersPerBlock(layers.map(({ layer }) => layer)) }));
  }
  const config = records[0]?.config;
  if (config !== undefined) add('architecture', 'Where it is binary', architectureFigure(config.model, config.plan));
  return figures;
}

function curveCell({ runs, records }: RecordedCell): CurveCell {
  const { where, method } = runs[0]!;
  return { where, method, loss: records.map(lossCurve), accuracy: records.map(accuracyCurve) };
}

function layerScales({ runs, layers }: RecordedCell): LayerScales[] {
  const { where, method, scaled } = runs[0]!;
  return scaled ? layers.map(layer => ({ where, method, layer: layer.layer, scales: layer.scales })) : [];
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
