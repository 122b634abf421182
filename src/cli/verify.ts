import { Argument, Command, Option } from 'commander';
import { PackedModel } from '../inference/index.js';
import { vitDefinition, type VitConfig } from '../models/index.js';
import { formatVerification, verifyPacked } from '../packing/index.js';
import { loadModel } from '../training/index.js';
import { dataDirOption, jsonOption, wholeNumber } from './options.js';
import { useSharedEngine, verificationImages, type ImageOptions } from './verification-images.js';

/** `binvit verify`: whether a packed model computes what its original does, layer by layer; exit code 1 where it does not. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('compare a packed model with the model that it was made from, layer by layer; ends with 1 where they differ')
    .addArgument(new Argument('<run>', 'folder of the run, or the model or checkpoint file'))
    .addArgument(new Argument('<packed>', 'file that "binvit pack" wrote'))
    .addOption(new Option('--data <name>', 'test images to compare on (default: those of the run, else seeded noise)').choices(['mnist', 'fashion-mnist', 'images']))
    .addOption(new Option('--images <n>', 'how many').argParser(wholeNumber(1)).default(64))
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(async (run: string, path: string, options: ImageOptions & { readonly json?: boolean }) => {
      const packed = PackedModel.load(path, await useSharedEngine());
      const model = loadModel(run);
      checkShape(run, vitDefinition(model).config, path, packed.info.config);
      const { images, source } = await verificationImages(run, packed, options);
      const verification = verifyPacked(model, packed, images);
      if (options.json) console.log(JSON.stringify({ source, ...verification }, null, 2));
      else console.log(formatVerification(verification, source));
      if (!verification.equal) process.exitCode = 1;
    });
}

function checkShape(run: string, expected: VitConfig, path: string, found: unknown): void {
  const packed = found as Partial<VitConfig> | null;
  const field = (Object.keys(expected) as (keyof VitConfig)[]).find(name => packed?.[name] !== expected[name]);
  if (field !== undefined) throw new Error(`${path}: expected a model like ${run} with ${field} ${String(expected[field])}, found ${String(packed?.[field])}`);
}
