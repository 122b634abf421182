import { readdirSync, statSync } from 'node:fs';
import { Command } from 'commander';
import { blockSimilarity, compareLayers, formatComparison, formatPairedAccuracy, pairedAccuracy } from '../analysis/index.js';
import { useBackend } from '../backend/index.js';
import { evaluationBatches, loadDataset, viewOf, wholeView, type DatasetName } from '../data/index.js';
import { loadModel, readRun } from '../training/index.js';
import { modelWeights } from './model-weights.js';
import { dataDirOption, jsonOption } from './options.js';

/** Enough tokens for a similarity of features that are far fewer. */
const images = 256;

/** `binvit compare`: two models of one shape, layer by layer, and two runs also block by block. */
export function compareCommand(): Command {
  return new Command('compare')
    .description('compare two runs: their accuracies, latent weights and scaling factors layer by layer, and what their blocks compute; of models without a run, the weights')
    .argument('<first>', 'folder of a finished run, a model or checkpoint file, or weights of timm or Hugging Face')
    .argument('<second>', 'another of the same shape, and a run of the same data')
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(async (first: string, second: string, { dataDir, json }: { dataDir?: string; json?: boolean }) => {
      if (isModel(first) || isModel(second)) {
        const found = compareLayers(await modelWeights(first), await modelWeights(second));
        console.log(json ? JSON.stringify({ layers: found }, null, 2) : formatComparison(found));
        return;
      }
      const [run, other] = [readRun(first), readRun(second)];
      if (run.config.data.name !== other.config.data.name) {
        throw new Error(`${second}: expected a run on ${run.config.data.name}, as ${first} is, found one on ${other.config.data.name}`);
      }
      await useBackend();
      const [a, b] = [loadModel(first), loadModel(second)];
      const layers = compareLayers(a, b);
      const { test } = loadDataset(run.config.data.name as DatasetName, dataDir === undefined ? {} : { dir: dataDir });
      const view = viewOf(test, Uint32Array.from({ length: Math.min(images, test.count) }, (_, index) => index));
      const [batch] = evaluationBatches(view, view.count, run.environment.data.normalization);
      const similarity = blockSimilarity(a, b, batch!.images);
      const accuracy = await pairedAccuracy(a, b, wholeView(test), run.environment.data.normalization);
      console.log(json ? JSON.stringify({ accuracy, layers, similarity }, null, 2) : `${formatPairedAccuracy(accuracy)}\n\n${formatComparison(layers, similarity)}`);
    });
}

/** Whether a path is that of weights without a run: a file, or the folder of an imported model. */
function isModel(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true) return found !== undefined;
  const names = readdirSync(path);
  return !names.includes('status.json') && names.some(name => name.startsWith('model.safetensors'));
}
