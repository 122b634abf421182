import { Argument, Command, Option } from 'commander';
import { branchContributions, formatContributions, formatWeights, weightTable, type Contributions } from '../analysis/index.js';
import { useBackend } from '../backend/index.js';
import { loadDataset, wholeView, type DatasetName } from '../data/index.js';
import { loadModel, progressBar, readRun } from '../training/index.js';
import { dataDirOption, jsonOption } from './options.js';

interface AnalyzeOptions {
  readonly branches?: boolean;
  readonly dataDir?: string;
  readonly json?: boolean;
}

/** `binvit analyze`: what the weights of a run look like, layer by layer, or what each of its branches is good for. */
export function analyzeCommand(): Command {
  return new Command('analyze')
    .description('print the latent weights, signs, scaling factors and binarization errors of every linear layer of a model')
    .addArgument(new Argument('<run>', 'folder of a finished run, or (weights only) a model or checkpoint file of one'))
    .addOption(new Option('--branches', 'print what the test accuracy loses without each MHSA and MLP instead'))
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(async (run: string, { branches, dataDir, json }: AnalyzeOptions) => {
      if (branches) {
        const found = await contributions(run, dataDir);
        console.log(json ? JSON.stringify(found, null, 2) : formatContributions(found));
      } else {
        // Only reads weights: every machine prints the same.
        await useBackend('cpu');
        const rows = weightTable(loadModel(run));
        console.log(json ? JSON.stringify(rows, null, 2) : formatWeights(rows));
      }
    });
}

async function contributions(run: string, dataDir: string | undefined): Promise<Contributions> {
  const { config, environment } = readRun(run);
  await useBackend();
  const { test } = loadDataset(config.data.name as DatasetName, dataDir === undefined ? {} : { dir: dataDir });
  const bar = progressBar(process.stderr);
  try {
    return await branchContributions(loadModel(run), wholeView(test), environment.data.normalization,
      share => { bar.update(share, 1, 'taking branches out'); });
  } finally {
    bar.end();
  }
}
