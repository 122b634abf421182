import { Argument, Command } from 'commander';
import { formatWeights, weightTable } from '../analysis/index.js';
import { useBackend } from '../backend/index.js';
import { loadModel } from '../training/index.js';
import { jsonOption } from './options.js';

/** `binvit analyze`: what the weights of a run look like, layer by layer. */
export function analyzeCommand(): Command {
  return new Command('analyze')
    .description('print the latent weights, signs, scaling factors and binarization errors of every linear layer of a model')
    .addArgument(new Argument('<run>', 'folder of a finished run, or a model or checkpoint file of one'))
    .addOption(jsonOption())
    .action(async (run: string, { json }: { json?: boolean }) => {
      // Only reads weights: every machine prints the same.
      await useBackend('cpu');
      const rows = weightTable(loadModel(run));
      console.log(json ? JSON.stringify(rows, null, 2) : formatWeights(rows));
    });
}
