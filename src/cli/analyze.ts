import type { LayersModel } from '@tensorflow/tfjs';
import { Argument, Command, Option } from 'commander';
import {
  activationTable, attentionTable, branchContributions, formatActivations, formatAttention, formatContributions, formatSigns, formatSpectra, formatWeights, probeBatch, signDynamics,
  spectrumTable, weightTable,
} from '../analysis/index.js';
import { Random, useBackend } from '../backend/index.js';
import { loadDataset, viewOf, wholeView, type DatasetName, type ImageSet } from '../data/index.js';
import { importVit, tokenCount } from '../models/index.js';
import { isForeignModel, loadModel, progressBar, readRun, readSigns } from '../training/index.js';
import { dataDirOption, jsonOption } from './options.js';

interface AnalyzeOptions {
  readonly branches?: boolean;
  readonly attention?: boolean;
  readonly signs?: boolean;
  readonly spectra?: boolean;
  readonly activations?: boolean;
  readonly dataDir?: string;
  readonly json?: boolean;
}

/** Enough for a mean: a head's entropy varies little between images. */
const attentionImages = 512;
/** Some thousand tokens: the share of a channel's levels is known to a percent. */
const probeImages = 128;

/** `binvit analyze`: what the weights of a run look like, where its heads look, or what each of its branches is good for. */
export function analyzeCommand(): Command {
  return new Command('analyze')
    .description('print the latent weights, signs, scaling factors and binarization errors of every linear layer of a model')
    .addArgument(new Argument('<run>', 'folder of a finished run, or (weights only) a model or checkpoint file, or weights of timm or Hugging Face'))
    .addOption(new Option('--branches', 'print what the test accuracy loses without each MHSA and MLP instead').conflicts('attention'))
    .addOption(new Option('--attention', 'print entropy and distance of the attention of each head instead'))
    .addOption(new Option('--signs', 'print how the signs flipped over training (of a run with --signs-every)').conflicts(['branches', 'attention']))
    .addOption(new Option('--spectra', 'print singular values, stable rank and tail exponent of every layer instead').conflicts(['branches', 'attention', 'signs']))
    .addOption(new Option('--activations', 'print what each linear layer takes, before its sign, instead')
      .conflicts(['branches', 'attention', 'signs', 'spectra']))
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(async (run: string, options: AnalyzeOptions) => {
      const [found, text] = await (options.branches ? branches : options.attention ? attention : options.signs ? signs : options.spectra ? spectra : options.activations ? activations : weights)(run, options);
      console.log(options.json ? JSON.stringify(found, null, 2) : text());
    });
}

type Analysis = Promise<readonly [found: unknown, text: () => string]>;

async function weights(run: string): Analysis {
  const rows = weightTable(await weightsOf(run));
  return [rows, () => formatWeights(rows)];
}

async function spectra(run: string): Analysis {
  const model = await weightsOf(run);
  const bar = progressBar(process.stderr);
  try {
    const rows = await spectrumTable(model, share => { bar.update(share, 1, 'singular values'); });
    return [rows, () => formatSpectra(rows)];
  } finally {
    bar.end();
  }
}

/** For commands that only read weights: on the cpu backend, so that every machine prints the same. */
async function weightsOf(run: string): Promise<LayersModel> {
  await useBackend('cpu');
  // Nothing is drawn: the head is the file's own.
  return isForeignModel(run) ? importVit(run, { random: Random.seeded(1) }).model : loadModel(run);
}

async function branches(run: string, options: AnalyzeOptions): Analysis {
  const { environment } = readRun(run);
  await useBackend();
  const bar = progressBar(process.stderr);
  try {
    const found = await branchContributions(loadModel(run), wholeView(testSet(run, options)), environment.data.normalization,
      share => { bar.update(share, 1, 'taking branches out'); });
    return [found, () => formatContributions(found)];
  } finally {
    bar.end();
  }
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

function testSet(run: string, { dataDir }: AnalyzeOptions): ImageSet {
  return loadDataset(readRun(run).config.data.name as DatasetName, dataDir === undefined ? {} : { dir: dataDir }).test;
}
