import { join } from 'node:path';
import { collectReport } from './collect.js';
import { tableCsv } from '../io/index.js';
import { resultsTable } from './table.js';
import { writeSite } from './write-site.js';

export interface WriteReportOptions {
  /** Folder of the report; made when it is not there. Default: `report` in the results folder. */
  readonly outDir?: string | undefined;
}

export interface WrittenReport {
  /** Path of `index.html`. */
  readonly indexPath: string;
  /** Runs that are missing, failed or damaged; the report lists them. */
  readonly absent: number;
}

/**
 * Writes the report of an experiment: a folder whose `index.html` opens without a network. Works at any moment, also with
 * part of the runs; the same results give the same bytes.
 *
 * @param resultsDir folder with `results.jsonl`
 * @throws Error when there is no result yet
 */
export async function writeReport(resultsDir: string, { outDir = join(resultsDir, 'report') }: WriteReportOptions = {}): Promise<WrittenReport> {
  const { report, rows } = await collectReport(resultsDir);
  return { indexPath: await writeSite(report, tableCsv(resultsTable(rows)), outDir), absent: report.absent.length };
}
