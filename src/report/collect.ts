import { judgeClaims, readGrid, runName, type GridResults, type ResultRow } from '../experiments/index.js';
import { count } from '../figures/index.js';
import type { RunRecord } from '../training/index.js';
import { arms } from './arms.js';
import { cellRow, finishedCells } from './cells.js';
import type { Absence, Report } from './report.js';
import { overviewOf } from './report-figures.js';
import { readRecords } from './run-records.js';
import { questionSections } from './sections.js';

/**
 * Reads everything that a report shows from an experiment's folder, also while the experiment is under way. Nothing in it
 * depends on when or where it is read.
 *
 * @throws Error when the folder holds no experiment
 */
export async function collectReport(resultsDir: string): Promise<{ report: Report; rows: readonly ResultRow[] }> {
  const grid = readGrid(resultsDir);
  const { record: { data, seeds, notes }, rows } = grid;
  const { cells, damaged } = await readRecords(finishedCells(rows), resultsDir);
  const run = cells.flatMap(({ records }) => records)[0];
  const report: Report = {
    title: `1-bit Vision Transformers on ${dataLabels[data]}`,
    summary: summary(grid, run),
    questions: questionSections(judgeClaims(rows, seeds)),
    cells: cells.map(cellRow),
    notes,
    ...overviewOf(cells, rows),
    arms: arms(cells),
    absent: [...absentRuns(grid), ...damaged],
    environment: environment(rows, run),
    data: run === undefined ? [] : Object.entries(run.environment.data.sha256).map(([split, hash]) => [`${data}, ${split}`, hash]),
    command: command(grid),
  };
  return { report, rows };
}

function absentRuns({ rows, missing, damaged }: GridResults): Absence[] {
  return [
    ...rows.filter(row => row.status === 'failed').map(row => ({ kind: 'failed' as const, run: runName(row), reason: row.reason ?? 'no reason recorded' })),
    ...missing.map(run => ({ kind: 'missing' as const, run: runName(run), reason: 'not finished; the command below goes on with it' })),
    ...damaged.map(({ line, reason }) => ({ kind: 'damaged' as const, run: `results.jsonl, line ${line}`, reason })),
  ];
}

const dataLabels = { mnist: 'MNIST', 'fashion-mnist': 'Fashion-MNIST' } as const;

function summary({ record: { runs, seeds }, rows }: GridResults, run: RunRecord | undefined): string {
  const done = rows.filter(row => row.status === 'done').length;
  const arms = new Set(runs.map(({ cell }) => cell)).size;
  const tally = `${done} of ${runs.length} runs done: ${count(arms, 'arm')} with ${count(seeds.length, 'seed')} each.`;
  if (run === undefined) return tally;
  const { model: { embedDim, depth, numHeads, patchSize }, steps, batchSize } = run.config;
  return `${tally} Every run trains a ViT of ${depth} encoder blocks (dimension ${embedDim}, ${numHeads} heads, patches of ${patchSize} x ${patchSize} pixels) `
    + `for ${steps} steps of ${batchSize} images; accuracies are those of the last step.`;
}

/** The backend is named because the bits of a result depend on it. */
function command({ record: { profile, data, seeds }, rows }: GridResults): string {
  const backends = new Set(rows.map(row => row.backend));
  const backend = backends.size === 1 ? ` --backend ${[...backends].join('')}` : '';
  return `npm run reproduce -- --profile ${profile} --data ${data} --seeds ${seeds.length}${backend}`;
}

/** Machines and versions of all runs; several where the runs were made on several. */
function environment(rows: readonly ResultRow[], record: RunRecord | undefined): [string, string][] {
  const all = (value: (row: ResultRow) => string): string => [...new Set(rows.map(value))].join('; ');
  return [
    ['binvit', all(row => row.environment.binvit)],
    ...(record?.environment.commit ? [['commit', record.environment.commit] as [string, string]] : []),
    ['backend', all(row => `${row.backend} (${row.environment.engine})`)],
    ['Node', all(row => row.environment.node)],
    ['platform', all(row => row.environment.platform)],
    ['processor', all(row => row.environment.cpu)],
  ];
}
