import { Command, Option } from 'commander';
import { useBackend } from '../backend/index.js';
import { runGrid } from '../experiments/index.js';
import { cellRows, formatCells, writeReport } from '../report/index.js';
import { formatDuration, progressBar, stopSignal } from '../training/index.js';
import { addGridOptions, type GridCommandOptions, showProgress } from './grid-options.js';
import { exitCode } from './errors.js';
import { jsonOption, wholeNumber } from './options.js';

/** `binvit reproduce`: the paper's grid, then its report. */
export function reproduceCommand(): Command {
  return addGridOptions(new Command('reproduce'))
    .description('train the grid of the paper (where x how x seeds) and write the report; an interrupted or repeated call goes on')
    .addOption(new Option('--seeds <n>', 'seeds of every arm (default: those of the profile)').argParser(wholeNumber(1)))
    .addOption(new Option('--out <folder>', 'folder of results and report (default: runs/reproduce-<profile>-<data>)'))
    .addOption(jsonOption())
    .action(async ({ profile, data, dataDir, workers, backend, seeds, out, json }: GridCommandOptions & { seeds?: number; out?: string }) => {
      const stop = stopSignal();
      const folder = out ?? `runs/reproduce-${profile}-${data}`;
      const bar = progressBar(process.stderr);
      try {
        const info = await useBackend(backend);
        bar.line(`backend ${info.name} (${info.detail})${info.skipped.map(({ name, reason }) => `; not ${name}: ${reason}`).join('')}`);
        const summary = await runGrid({
          profile, data, dataDir, workers, backend, seeds, out: folder, signal: stop.signal, ...showProgress(bar),
        });
        bar.end();
        process.stderr.write('writing the report\n');
        const report = await writeReport(folder);
        if (json) console.log(JSON.stringify({ ...summary, report: report.indexPath }, null, 2));
        else {
          console.log(await formatCells(cellRows(summary.rows)));
          console.log(`${summary.done} runs done, ${summary.failed} failed, ${summary.missing.length} missing, in ${formatDuration(summary.durationMs / 1000)}`);
          console.log(`report: ${report.indexPath}`);
        }
        if (summary.status === 'interrupted') {
          process.stderr.write('interrupted; the same command goes on\n');
          process.exitCode = stop.exitCode() ?? exitCode.failure;
        } else if (summary.failed > 0) {
          process.exitCode = exitCode.failure;
        }
      } finally {
        bar.end();
        stop.dispose();
      }
    });
}
