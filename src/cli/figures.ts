import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { Random, useBackend } from '../backend/index.js';
import { loadDataset, type DatasetName } from '../data/index.js';
import { exportFigures, type PrintOptions } from '../figures/index.js';
import { collectReport, imageFigures, modelFigures, overviewFigures, runFigures, type ReportFigure } from '../report/index.js';
import { loadModel, progressBar, readRun } from '../training/index.js';
import { modelWeights } from './model-weights.js';
import { dataDirOption, jsonOption } from './options.js';

interface FiguresOptions extends PrintOptions {
  readonly out: string;
  readonly format: 'svg' | 'png' | 'pdf';
  readonly images?: boolean;
  readonly dataDir?: string;
  readonly json?: boolean;
}

/** `binvit figures`: all figures of a run or of a results folder as files. */
export function figuresCommand(): Command {
  return new Command('figures')
    .description('write the figures of a run, of a results folder of "binvit reproduce", or of a model as files')
    .argument('<path>', 'folder of a finished run, or of results, a model or checkpoint file, or weights of timm or Hugging Face')
    .requiredOption('--out <folder>', 'folder of the pictures; made when it is not there')
    .addOption(new Option('--format <name>', 'kind of the pictures').choices(['svg', 'png', 'pdf']).default('svg'))
    .addOption(new Option('--column <name>', 'drawn for a column of 3.3 inches or a line of 6.9, without titles').choices(['single', 'double']))
    .addOption(new Option('--theme <name>', 'colours').choices(['light', 'dark']).default('light'))
    .addOption(new Option('--images', 'of a run, also the figures that need test images: attention, activations, contributions, sensitivity, loss surface'))
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(async (path: string, options: FiguresOptions) => {
      const figures = await figuresOf(path, options);
      mkdirSync(options.out, { recursive: true });
      const items = figures.map(({ id, figure }) => ({ figure, path: join(options.out, `${id}.${options.format}`) }));
      await exportFigures(items, options);
      const written = figures.map(({ id, title, figure: { caption, alternative } }, index) => ({ id, title, path: items[index]!.path, caption, alternative }));
      console.log(options.json ? JSON.stringify(written, null, 2) : written.map(({ path, caption }) => `${path}: ${caption}`).join('\n'));
    });
}

async function figuresOf(path: string, options: FiguresOptions): Promise<readonly ReportFigure[]> {
  if (existsSync(join(path, 'grid.json'))) return overviewFigures((await collectReport(path)).report);
  if (existsSync(join(path, 'status.json'))) return figuresOfRun(path, options);
  if (options.images) throw new Error(`${path}: expected the folder of a finished run for --images, which needs its data`);
  return modelFigures(await modelWeights(path));
}

async function figuresOfRun(dir: string, { images, dataDir }: FiguresOptions): Promise<ReportFigure[]> {
  const record = readRun(dir);
  await useBackend();
  const model = loadModel(dir);
  const figures = await runFigures(record, model, dir);
  if (!images) return figures;
  const { test } = loadDataset(record.config.data.name as DatasetName, dataDir === undefined ? {} : { dir: dataDir });
  const bar = progressBar(process.stderr);
  try {
    const { normalization } = record.environment.data;
    return [...figures, ...await imageFigures(model, test, normalization, Random.seeded(1), share => { bar.update(share, 1, 'looking at images'); })];
  } finally {
    bar.end();
  }
}
