import { costTable, costTotal, type CostTotal } from '../analysis/index.js';
import { methodLabel, planTable, type PlanRow } from '../binarize/index.js';
import { meanEstimate, type MeanEstimate } from '../experiments/index.js';
import type { RunRecord } from '../training/index.js';
import { armId, armTitle } from './arm-names.js';
import { cellRow } from './cells.js';
import { armFigures } from './report-figures.js';
import type { Arm, ArmRun, ArmSite } from './report.js';
import type { RecordedCell } from './run-records.js';

const floatCell = 'none/float';

/** The page of every arm that has a finished run. */
export function arms(cells: readonly RecordedCell[]): Arm[] {
  const float = cells.find(({ name }) => name === floatCell);
  return cells.map((cell): Arm => {
    const row = cellRow(cell);
    const config = cell.records[0]?.config ?? null;
    return {
      id: armId(cell.name),
      title: armTitle(row.where, row.method),
      cell: row,
      toFloat: float === undefined || cell === float ? null : differenceToFloat(cell, float),
      runs: cell.runs.map(run => armRun(run, cell.records)),
      sites: config === null ? [] : armSites(planTable(config.plan, config.model.depth)),
      cost: config === null ? null : armCost(config),
      figures: armFigures(cell, float),
    };
  });
}

function armRun(run: RecordedCell['runs'][number], records: readonly RunRecord[]): ArmRun {
  const { seed, learningRate, testAccuracy, validationAccuracy, testLoss, trainLoss, steps, imagesPerSecond, durationMs, configHash } = run;
  const config = records.find(record => record.config.seed === seed)?.config ?? null;
  return { seed, learningRate, testAccuracy, validationAccuracy, testLoss, trainLoss, steps, imagesPerSecond, durationMs, configHash, config };
}

/** Paired by seed: both runs had the same initial weights, split and batch order. */
function differenceToFloat({ runs }: RecordedCell, float: RecordedCell): MeanEstimate {
  return meanEstimate(runs.flatMap(({ seed, testAccuracy }) => {
    const other = float.runs.find(run => run.seed === seed);
    return other === undefined ? [] : [testAccuracy - other.testAccuracy];
  }));
}

function armCost({ model, plan }: RunRecord['config']): CostTotal {
  return costTotal(costTable(model, plan));
}

/** One row for each site that is alike in all blocks that follow each other. */
function armSites(rows: readonly PlanRow[]): ArmSite[] {
  const merged: { first: PlanRow; last: PlanRow; site: Omit<ArmSite, 'layer'> }[] = [];
  for (const row of rows) {
    const site = describeSite(row);
    const same = merged.find(({ first, last, site: other }) =>
      first.site === row.site && last.block !== null && row.block === last.block + 1 && JSON.stringify(other) === JSON.stringify(site));
    if (same) same.last = row;
    else merged.push({ first: row, last: row, site });
  }
  return merged.map(({ first, last, site }) => ({
    layer: first === last ? first.layer : first.layer.replace(`blocks.${first.block!}.`, `blocks.${first.block!}\u2013${last.block!}.`), ...site,
  }));
}

function describeSite({ weightBits, inputBits, valueBits, method, reason }: PlanRow): Omit<ArmSite, 'layer'> {
  const bits = (value: number): string => value === 32 ? 'float' : `${value} bit`;
  return {
    weight: weightBits === null ? '\u2013' : bits(weightBits),
    input: valueBits === null ? bits(inputBits) : `P ${bits(inputBits)}, V ${bits(valueBits)}`,
    note: reason ?? methodLabel(method),
  };
}
