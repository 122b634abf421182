import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Argument, Command, Option } from 'commander';
import { packedTensorBytes, PackedModel, writePackedFile } from '../inference/index.js';
import { packageVersion } from '../io/index.js';
import { vitParameters } from '../models/index.js';
import { packModel, verdict, verifyPacked } from '../packing/index.js';
import { fileHash, loadModel, modelFile, readModelUse } from '../training/index.js';
import { dataDirOption, jsonOption, wholeNumber } from './options.js';
import { useSharedEngine, verificationImages } from './verification-images.js';

interface PackOptions {
  readonly out?: string;
  readonly half?: boolean;
  readonly images: number;
  readonly dataDir?: string;
  readonly json?: boolean;
}

/** `binvit pack`: a trained model as sign bits, scales and what stays float, shown to be the same function before it is written. */
export function packCommand(): Command {
  return new Command('pack')
    .description('pack a model into a small file that runs without TensorFlow.js, and verify it')
    .addArgument(new Argument('<run>', 'folder of a finished run, or a model or checkpoint file'))
    .addOption(new Option('--out <file>', 'file to write (default: packed.safetensors in the folder of the run, or beside the file)'))
    .addOption(new Option('--half', 'round float matrices and embeddings to 16 bits: smaller, and no longer quite the same function'))
    .addOption(new Option('--images <n>', 'test images to verify it on').argParser(wholeNumber(1)).default(16))
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(async (run: string, options: PackOptions) => {
      const engine = await useSharedEngine();
      const model = loadModel(run);
      const file = packModel(model, {
        ...readModelUse(run), provenance: { source: basename(run), sha256: fileHash(modelFile(run)), binvit: packageVersion() },
      }, { half: options.half === true });
      const packed = PackedModel.from(file, engine);
      const { images, source } = await verificationImages(run, packed, options);
      const verification = verifyPacked(model, packed, images);
      // What is not the same function is not written.
      if (!verification.equal) throw new Error(`${run}: expected the packed model to compute what its original does, found: ${verdict(verification, source)}`);
      const out = options.out ?? defaultPath(run);
      writePackedFile(out, file);
      const bytes = statSync(out).size;
      const tensorBytes = packedTensorBytes(file.tensors);
      const floatBytes = 4 * vitParameters(model).reduce((sum, { variable }) => sum + variable.size, 0);
      if (options.json) console.log(JSON.stringify({ out, bytes, tensorBytes, headerBytes: bytes - tensorBytes, floatBytes, verification }, null, 2));
      else {
        const number = (value: number): string => value.toLocaleString('en');
        console.log(`${out}: ${number(bytes)} bytes, ${(floatBytes / bytes).toFixed(1)} times smaller than the ${number(floatBytes)} of its float weights `
          + `(${number(tensorBytes)} of tensors, ${number(bytes - tensorBytes)} of header)`);
        console.log(verdict(verification, source));
      }
    });
}

function defaultPath(run: string): string {
  return statSync(run).isDirectory() ? join(run, 'packed.safetensors') : `${run.replace(/\.safetensors$/, '')}.packed.safetensors`;
}
