import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import type { BackendName } from '../backend/index.js';
import { methods } from '../binarize/index.js';
import { type Dataset, type DatasetName, loadDataset, loadImageDataset } from '../data/index.js';
import { vitDefinition, vitPresets } from '../models/index.js';
import { configHash, fileHash, loadModel, parseTrainConfig, progressBar, stopSignal, train, type ProgressBar, type TrainConfig } from '../training/index.js';
import { backendOption, jsonOption, positiveNumber, wholeNumber } from './options.js';
import { addPlanOptions, planFrom, type PlanOptions } from './plan-options.js';

interface Options extends PlanOptions {
  config?: string;
  data: string;
  validation?: number;
  from?: string;
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
    .addOption(new Option('--from <file>', 'model file to start from, e.g. of "binvit import"; its shape replaces --model'))
    .addOption(new Option('--data <name>', 'data set; images: your own, a folder with train and test, each with a folder of pictures a class')
      .choices(['mnist', 'fashion-mnist', 'images']).default('mnist'))
    .addOption(new Option('--data-dir <folder>', 'folder of the data set: IDX files, plain or gzipped, or pictures'))
    .addOption(new Option('--validation <n>', 'training images set aside for validation (default: 5000; of pictures a tenth)').argParser(wholeNumber(1)))
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
      const bar = progressBar(process.stderr);
      try {
        const described = options.config === undefined ? configFrom(options) : readConfig(options.config);
        const data = await loadData(described, options, bar);
        const config = fitted(described, options, data);
        const dir = options.out ?? `runs/${configHash(config)}`;
        const summary = await train(config, {
          dir, backend: options.backend, signal: stop.signal, data,
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
  const { from } = options;
  return parseTrainConfig({
    model: from === undefined ? vitPresets[options.model] : shapeOf(from), ...(from !== undefined && { initial: { path: from, sha256: fileHash(from) } }),
    plan: planFrom(options), data: { name: options.data }, latentClip: methods[options.method].latentClip,
    steps: options.steps, batchSize: options.batchSize, learningRate: options.lr, seed: options.seed,
    signsEvery: options.signsEvery ?? null,
  });
}

function shapeOf(path: string): TrainConfig['model'] {
  const model = loadModel(path);
  const { config } = vitDefinition(model);
  model.dispose();
  return config;
}

async function loadData({ data: { name }, model: { imgSize } }: TrainConfig, { dataDir }: Options, bar: ProgressBar): Promise<Dataset> {
  if (name !== 'images') return loadDataset(name as DatasetName, dataDir === undefined ? {} : { dir: dataDir });
  if (dataDir === undefined) throw new Error('--data images: expected --data-dir, the folder with train and test, found none');
  const { ignored, ...data } = await loadImageDataset(dataDir, {
    preprocessing: { resize: imgSize, interpolation: 'bicubic', crop: { height: imgSize, width: imgSize } },
    onProgress: (done, total) => { bar.update(done, total, 'reading pictures'); },
  });
  if (ignored.length > 0) bar.line(`${ignored.length} other files in ${dataDir} were left out`);
  return data;
}

/**
 * What the options leave to the data: of a few pictures 5,000 cannot be set aside, and a new model has their channels and
 * classes. A configuration that is given as a file stands.
 */
function fitted(config: TrainConfig, { validation, config: file, from }: Options, { train: { count, channels, classes } }: Dataset): TrainConfig {
  if (file !== undefined) return config;
  const pictures = config.data.name === 'images';
  const share = pictures ? Math.max(1, Math.round(count / 10)) : config.data.validation;
  return {
    ...config,
    data: { ...config.data, validation: validation ?? share },
    ...(pictures && from === undefined && { model: { ...config.model, inChans: channels, numClasses: classes.length } }),
  };
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
