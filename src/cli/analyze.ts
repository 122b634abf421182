import { Argument, Command, Option } from 'commander';
import {
  activationTable, attentionTable, branchContributions, formatActivations, formatAttention, formatContributions, formatSensitivity, formatSigns,
  formatSpectra, formatWeights, layerSensitivity, probeBatch, replacements, signDynamics, spectrumTable, weightTable, type Replacement,
} from '../analysis/index.js';
import { Random, useBackend } from '../backend/index.js';
import { methodNames, type MethodName } from '../binarize/index.js';
import { loadDataset, viewOf, wholeView, type DatasetName, type ImageSet } from '../data/index.js';
import { tokenCount } from '../models/index.js';
import { loadModel, progressBar, readRun, readSigns } from '../training/index.js';
import { modelWeights } from './model-weights.js';
import { dataDirOption, jsonOption } from './options.js';

interface AnalyzeOptions {
  readonly branches?: Replacement;
  readonly sensitivity?: MethodName | true;
  readonly attention?: boolean;
  readonly activations?: boolean;
  readonly signs?: boolean;
  readonly spectra?: boolean;
  readonly dataDir?: string;
  readonly json?: boolean;
}

/** A result as data, and as text. */
type Analysis = Promise<readonly [found: unknown, text: () => string]>;
type Analyze = (run: string, options: AnalyzeOptions) => Analysis;

/** Enough for a mean: a head's entropy varies little between images. */
const attentionImages = 512;
/** Some thousand tokens: the share of a channel's levels is known to a percent. */
const probeImages = 128;

/** What stands in place of the table of weights, one at a time. */
const views: readonly { readonly option: Option; readonly analyze: Analyze }[] = [
  {
    option: new Option('--branches [replacement]', 'print what the test accuracy loses when each MHSA and MLP is replaced').choices(replacements).preset('zero'),
    analyze: branches,
  },
  {
    option: new Option('--sensitivity [method]', 'print the change of the test accuracy when one layer alone is restored to float or, with a method, binarized')
      .choices(methodNames),
    analyze: sensitivity,
  },
  { option: new Option('--attention', 'print entropy and distance of the attention of each head'), analyze: attention },
  { option: new Option('--activations', 'print what each linear layer takes, before its sign'), analyze: activations },
  { option: new Option('--signs', 'print how the signs flipped over the training of a run with --signs-every'), analyze: signs },
  { option: new Option('--spectra', 'print singular values, stable rank and tail exponent of every layer'), analyze: spectra },
];

/** `binvit analyze`: what the weights of a run look like, or one of the {@link views}. */
export function analyzeCommand(): Command {
  const command = new Command('analyze')
    .description('print the latent weights, signs, scaling factors and binarization errors of every linear layer of a model, or another view of it')
    .addArgument(new Argument('<run>', 'folder of a finished run, or (weights, spectra) a model or checkpoint file, or weights of timm or Hugging Face'));
  const names = views.map(({ option }) => option.attributeName());
  for (const { option } of views) command.addOption(option.conflicts(names.filter(name => name !== option.attributeName())));
  return command
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(async (run: string, options: AnalyzeOptions) => {
      const view = views.find(({ option }) => option.attributeName() in options);
      const [found, text] = await (view?.analyze ?? weights)(run, options);
      console.log(options.json ? JSON.stringify(found, null, 2) : text());
    });
}

async function weights(run: string): Analysis {
  const rows = weightTable(await modelWeights(run));
  return [rows, () => formatWeights(rows)];
}

async function spectra(run: string): Analysis {
  const model = await modelWeights(run);
  const rows = await withBar('singular values', onProgress => spectrumTable(model, onProgress));
  return [rows, () => formatSpectra(rows)];
}

async function branches(run: string, options: AnalyzeOptions): Analysis {
  const { environment } = readRun(run);
  await useBackend();
  const found = await withBar('replacing branches', onProgress =>
    branchContributions(loadModel(run), wholeView(testSet(run, options)), environment.data.normalization, {
      replacement: options.branches!, random: Random.seeded(1), onProgress,
    }));
  return [found, () => formatContributions(found)];
}

async function sensitivity(run: string, options: AnalyzeOptions): Analysis {
  const { environment } = readRun(run);
  await useBackend();
  const found = await withBar('changing layers', onProgress =>
    layerSensitivity(loadModel(run), wholeView(testSet(run, options)), environment.data.normalization, {
      ...(typeof options.sensitivity === 'string' && { method: options.sensitivity }), random: Random.seeded(1), onProgress,
    }));
  return [found, () => formatSensitivity(found)];
}

async function attention(run: string, options: AnalyzeOptions): Analysis {
  const { config, environment } = readRun(run);
  await useBackend();
  const test = testSet(run, options);
  const view = viewOf(test, Uint32Array.from({ length: Math.min(attentionImages, test.count) }, (_, index) => index));
  const rows = attentionTable(loadModel(run), config.model, view, environment.data.normalization);
  return [rows, () => formatAttention(rows, tokenCount(config.model), view.count)];
}

async function activations(run: string, options: AnalyzeOptions): Analysis {
  const { environment } = readRun(run);
  await useBackend();
  const view = wholeView(testSet(run, options));
  const { images } = probeBatch(view, Math.min(probeImages, view.count), environment.data.normalization, Random.seeded(1));
  const rows = activationTable(loadModel(run), images);
  return [rows, () => formatActivations(rows, images.shape[0])];
}

function signs(run: string): Analysis {
  const rows = signDynamics(readSigns(run));
  return Promise.resolve([rows, () => formatSigns(rows)]);
}

async function withBar<Result>(phase: string, work: (onProgress: (share: number) => void) => Promise<Result>): Promise<Result> {
  const bar = progressBar(process.stderr);
  try {
    return await work(share => { bar.update(share, 1, phase); });
  } finally {
    bar.end();
  }
}

function testSet(run: string, { dataDir }: AnalyzeOptions): ImageSet {
  return loadDataset(readRun(run).config.data.name as DatasetName, dataDir === undefined ? {} : { dir: dataDir }).test;
}
