import { Command, InvalidArgumentError, Option } from 'commander';
import { tune, tunedRates } from '../experiments/index.js';
import { progressBar, stopSignal } from '../training/index.js';
import { addGridOptions, type GridCommandOptions, showProgress } from './grid-options.js';
import { jsonOption, positiveNumber } from './options.js';

interface TuneCommandOptions extends GridCommandOptions {
  out?: string;
  rates?: number[];
  table?: string;
}

/** Ascending, so that the table marks a best rate at the edge rightly. */
function learningRates(text: string): number[] {
  const rates = [...new Set(text.split(',').map(positiveNumber))].sort((a, b) => a - b);
  if (rates.length < 2) throw new InvalidArgumentError('expected two rates or more, separated by commas.');
  return rates;
}

/** `binvit tune`: the learning rate of every arm. */
export function tuneCommand(): Command {
  return addGridOptions(new Command('tune'))
    .description(`tune the learning rate of every arm on the validation images (${tunedRates.join(', ')}, one seed) and update the tuned table`)
    .addOption(new Option('--out <folder>', 'folder of the trials (default: runs/tune-<profile>-<data>)'))
    .addOption(new Option('--rates <list>', 'learning rates to try, and no others: 4e-3,8e-3').argParser(learningRates))
    .addOption(new Option('--table <file>', 'table to update (default: the one of this package)'))
    .addOption(jsonOption())
    .action(async ({ profile, data, dataDir, workers, backend, out, rates, table, json }: TuneCommandOptions) => {
      const stop = stopSignal();
      const bar = progressBar(process.stderr);
      try {
        const summary = await tune({
          profile, data, dataDir, workers, backend, out: out ?? `runs/tune-${profile}-${data}`, rates, tablePath: table, signal: stop.signal,
          ...showProgress(bar),
        });
        bar.end();
        if (summary.status === 'interrupted') {
          process.stderr.write('interrupted; the same command goes on\n');
          process.exitCode = stop.exitCode() ?? 1;
        } else if (json) {
          console.log(JSON.stringify(summary, null, 2));
        } else {
          console.table(Object.entries(summary.cells).map(([cell, { learningRate, trials }]) => ({
            cell, 'learning rate': learningRate,
            ...Object.fromEntries(trials.map(trial => [`at ${trial.learningRate}`, trial.validationAccuracy?.toFixed(4) ?? 'failed'])),
          })));
          for (const note of summary.notes) console.log(note);
        }
      } finally {
        bar.end();
        stop.dispose();
      }
    });
}
