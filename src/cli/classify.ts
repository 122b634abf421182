import { Argument, Command, Option } from 'commander';
import { classify, PackedModel } from '../inference/index.js';
import { jsonOption, wholeNumber } from './options.js';

/** `binvit classify`: what a packed model says of pictures, without TensorFlow.js in the process. */
export function classifyCommand(): Command {
  return new Command('classify')
    .description('classify pictures with a packed model')
    .addArgument(new Argument('<packed>', 'file that "binvit pack" wrote'))
    .addArgument(new Argument('<pictures...>', 'JPEG, PNG, WebP, GIF, AVIF or TIFF files; digits are white on black'))
    .addOption(new Option('--top <n>', 'classes to print of each').argParser(wholeNumber(1)).default(3))
    .addOption(jsonOption())
    .action(async (path: string, pictures: string[], { top, json }: { readonly top: number; readonly json?: boolean }) => {
      const model = PackedModel.load(path);
      const width = Math.max(...pictures.map(({ length }) => length));
      const found: unknown[] = [];
      for (const picture of pictures) {
        const scores = (await classify(model, picture)).slice(0, top);
        found.push({ picture, scores });
        if (!json) console.log([picture.padEnd(width), ...scores.map(({ name, probability }) => `${name} ${(100 * probability).toFixed(1)} %`)].join('   '));
      }
      if (json) console.log(JSON.stringify(found, null, 2));
    });
}
