import { type Command, Option } from 'commander';
import type { BackendName } from '../backend/index.js';
import { type GridDataName, gridDataNames, type GridProgress, type ProfileName, profileNames, runName, type ResultRow } from '../experiments/index.js';
import { formatDuration, type ProgressBar } from '../training/index.js';
import { backendOption, dataDirOption, wholeNumber } from './options.js';

/** Options of commands that run many trainings. */
export interface GridCommandOptions {
  profile: ProfileName;
  data: GridDataName;
  dataDir?: string;
  workers?: number;
  backend?: BackendName;
  json?: boolean;
}

/** Adds the options of {@link GridCommandOptions}, without `--json`. */
export function addGridOptions(command: Command): Command {
  return command
    .addOption(new Option('--profile <name>', 'how long a run is and how many seeds there are').choices(profileNames).default('standard'))
    .addOption(new Option('--data <name>', 'data set').choices(gridDataNames).default('mnist'))
    .addOption(dataDirOption())
    .addOption(new Option('--workers <n>', 'processes, one thread each (default: one for each core)').argParser(wholeNumber(1)))
    .addOption(backendOption());
}

/** Callbacks that show a grid's progress on one bar and each finished run as a line. */
export function showProgress(bar: ProgressBar): { onProgress: (progress: GridProgress) => void; onRow: (row: ResultRow) => void } {
  return {
    onProgress: ({ runs, runsDone, runsFailed, imagesDone, imagesLeft, imagesPerSecond, etaSeconds }) => {
      const speed = imagesPerSecond === null ? '' : `, ${Math.round(imagesPerSecond)} images/s`;
      const left = etaSeconds === null ? '' : `, ${formatDuration(etaSeconds)} to go`;
      const failed = runsFailed === 0 ? '' : `, ${runsFailed} failed`;
      bar.update(imagesDone, imagesDone + imagesLeft, `${runsDone} of ${runs} runs${failed}${speed}${left}`);
    },
    onRow: row => {
      bar.line(row.status === 'done'
        ? `${runName(row)}: test accuracy ${(100 * row.testAccuracy!).toFixed(2)} %`
        : `${runName(row)} failed: ${row.reason ?? ''}`);
    },
  };
}
