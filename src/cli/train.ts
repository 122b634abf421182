import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import type { BackendName } from '../backend/index.js';
import { methods } from '../binarize/index.js';
import { type DatasetName, loadDataset } from '../data/index.js';
import { vitPresets } from '../models/index.js';
import { configHash, parseTrainConfig, progressBar, stopSignal, train, type TrainConfig } from '../training/index.js';
import { backendOption, dataDirOption, dataOption, jsonOption, positiveNumber, wholeNumber } from './options.js';
import { addPlanOptions, planFrom, type PlanOptions } from './plan-options.js';

interface Options extends PlanOptions {
  config?: string;
  data: DatasetName;
  dataDir?: string;
  steps: number;
  batchSize: number;
  lr: number;
  seed: number;
  signsEvery?: number;
  out?: string;
  backend?: BackendName;
  json?: boolean;
}

/** `binvit train`: one run, or the rest of an interrupted one. */
export function trainCommand(): Command {
  return addPlanOptions(new Command('train'))
    .description('train one model; the same command again goes on with an interrupted run')
    .addOption(new Option('--config <file>', 'JSON with a whole training configuration; replaces the options that describe one'))
    .addOption(dataOption())
    .addOption(dataDirOption())
    .addOption(new Option('--steps <n>', 'updates').argParser(wholeNumber(1)).default(400))
    .addOption(new Option('--batch-size <n>', 'images a step').argParser(wholeNumber(1)).default(128))
    .addOption(new Option('--lr <rate>', 'peak learning rate').argParser(positiveNumber).default(3e-3))
    .addOption(new Option('--seed <n>', 'seed of everything random').argParser(wholeNumber(0)).default(1))
    .addOption(new Option('--signs-every <n>', 'record the signs of all binary weights every n steps, for "binvit analyze --signs"').argParser(wholeNumber(1)))
    .addOption(new Option('--out <folder>', 'folder of the run (default: runs/<hash of the configuration>)'))
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const stop = stopSignal();
      const config = options.config === undefined ? configFrom(options) : readConfig(options.config);
      const dir = options.out ?? `runs/${configHash(config)}`;
      const bar = progressBar(process.stderr);
      try {
        const summary = await train(config, {
          dir, backend: options.backend, signal: stop.signal,
          data: loadDataset(config.data.name as DatasetName, options.dataDir === undefined ? {} : { dir: options.dataDir }),
          onProgress: ({ step, steps, loss, imagesPerSecond, phase }) => {
            bar.update(step, steps, phase === 'evaluation' ? 'evaluating' : `loss ${loss.toFixed(3)}, ${Math.round(imagesPerSecond)} images/s`);
          },
        });
        bar.end();
        const percent = (share: number | null): string => (share === null ? '-' : `${(100 * share).toFixed(2)} %`);
        if (options.json) console.log(JSON.stringify(summary, null, 2));
        else if (summary.status === 'interrupted') console.log(`interrupted after step ${summary.steps}; the same command goes on (${dir})`);
        else console.log(`test accuracy ${percent(summary.testAccuracy)}, validation ${percent(summary.validationAccuracy)}, run in ${dir}`);
        if (summary.status === 'interrupted') process.exitCode = stop.exitCode() ?? 1;
      } finally {
        bar.end();
        stop.dispose();
      }
    });
}

function configFrom(options: Options): TrainConfig {
  return parseTrainConfig({
    model: vitPresets[options.model], plan: planFrom(options), data: { name: options.data }, latentClip: methods[options.method].latentClip,
    steps: options.steps, batchSize: options.batchSize, learningRate: options.lr, seed: options.seed,
    signsEvery: options.signsEvery ?? null,
  });
}

function readConfig(path: string): TrainConfig {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`--config ${path}: expected a readable JSON file, found: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  return parseTrainConfig(value);
}
