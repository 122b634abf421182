import { Argument, Command, Option } from 'commander';
import { useBackend } from '../backend/index.js';
import { withPlan } from '../models/index.js';
import { loadModel, readModelUse, saveModel } from '../training/index.js';
import { addBinarizationOptions, planFrom, type BinarizationOptions } from './plan-options.js';

/** `binvit binarize`: a trained model under another plan, as it is or to fine-tune it. */
export function binarizeCommand(): Command {
  return addBinarizationOptions(new Command('binarize'), 'all')
    .description('put a trained model under a binarization plan without training, e.g. as a start for "binvit train --from"')
    .addArgument(new Argument('<run>', 'folder of a finished run, or a model or checkpoint file; weights of timm or Hugging Face: "binvit import"'))
    .addOption(new Option('--out <file>', 'model file to write').makeOptionMandatory())
    .action(async (run: string, options: BinarizationOptions & { readonly out: string }) => {
      // Only moves weights: every machine writes the same.
      await useBackend('cpu');
      const plan = planFrom(options);
      saveModel(options.out, withPlan(loadModel(run), plan), readModelUse(run));
      console.log(`${options.out}: ${plan.name}, not trained: "binvit train --from ${options.out}" fine-tunes it`);
    });
}
