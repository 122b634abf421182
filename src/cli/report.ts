import { Command, Option } from 'commander';
import { judgeClaims, readGrid } from '../experiments/index.js';
import { cellRows, formatCells, writeReport } from '../report/index.js';
import { jsonOption } from './options.js';

/** `binvit report`: the report of a results folder, also of one that is not finished. */
export function reportCommand(): Command {
  return new Command('report')
    .description('write the report of a results folder again, or print its table')
    .argument('[folder]', 'folder of "binvit reproduce"', 'runs/reproduce-standard-mnist')
    .addOption(new Option('--out <folder>', 'folder of the report (default: report in the results folder)'))
    .addOption(new Option('--table', 'print the result table and the claims instead'))
    .addOption(jsonOption())
    .action(async (folder: string, { out, table, json }: { out?: string; table?: boolean; json?: boolean }) => {
      const { rows, record } = readGrid(folder);
      const claims = judgeClaims(rows, record.seeds);
      if (json) console.log(JSON.stringify({ cells: cellRows(rows), claims }, null, 2));
      else if (table) {
        console.log(await formatCells(cellRows(rows)));
        for (const { claim, verdict, finding } of claims) console.log(`${claim.id}: ${verdict}. ${finding}`);
      } else {
        console.log((await writeReport(folder, { outDir: out })).indexPath);
      }
    });
}
