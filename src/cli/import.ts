import { Argument, Command, Option } from 'commander';
import { Random, useBackend } from '../backend/index.js';
import { formatImport, importedUse, importVit } from '../models/index.js';
import { saveModel } from '../training/index.js';
import { jsonOption, wholeNumber } from './options.js';
import { addBinarizationOptions, planFrom, type BinarizationOptions } from './plan-options.js';

interface ImportCommandOptions extends BinarizationOptions {
  readonly classes?: number;
  readonly imageSize?: number;
  readonly heads?: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** `binvit import`: a model file from the weights of timm or Hugging Face, and what became of every tensor. */
export function importCommand(): Command {
  return addBinarizationOptions(new Command('import'), 'none')
    .description('make a model from ViT or DeiT weights of timm or Hugging Face; a binary one starts from them without training')
    .addArgument(new Argument('<path>', 'safetensors file, index of a sharded model, or folder with either; config.json is read beside it'))
    .addOption(new Option('--classes <n>', 'classes; another number than the file has draws a new head').argParser(wholeNumber(1)))
    .addOption(new Option('--image-size <n>', 'pixels; another size than the file has resamples the position embeddings').argParser(wholeNumber(1)))
    .addOption(new Option('--heads <n>', 'attention heads, where no config.json tells and the width is unusual').argParser(wholeNumber(1)))
    .addOption(new Option('--seed <n>', 'seed of a new head').argParser(wholeNumber(0)).default(1))
    .addOption(new Option('--out <file>', 'write the model here, for binvit analyze; left out: only the report'))
    .addOption(jsonOption())
    .action(async (path: string, options: ImportCommandOptions) => {
      const { classes, imageSize, heads, seed, out, json } = options;
      // Only moves weights: every machine writes the same.
      await useBackend('cpu');
      const { model, report } = importVit(path, {
        random: Random.seeded(seed), plan: planFrom(options),
        ...(classes !== undefined && { numClasses: classes }),
        ...(imageSize !== undefined && { imgSize: imageSize }),
        ...(heads !== undefined && { config: { numHeads: heads } }),
      });
      if (out !== undefined) saveModel(out, model, importedUse(report));
      if (json) console.log(JSON.stringify({ ...report, out: out ?? null }, null, 2));
      else console.log(out === undefined ? formatImport(report) : `${formatImport(report)}\nmodel in ${out}`);
    });
}
