import { Argument, Command, Option } from 'commander';
import { useBackend } from '../backend/index.js';
import { exportOnnx, exportTimm, type OnnxWeights } from '../models/index.js';
import { loadModel } from '../training/index.js';

interface ExportOptions {
  readonly format: 'onnx' | 'timm';
  readonly weights: OnnxWeights;
  readonly out: string;
}

/** `binvit export`: a model for other software. */
export function exportCommand(): Command {
  return new Command('export')
    .description('write a model for other software: ONNX for any runtime, or safetensors in the names of timm (its float or latent weights)')
    .addArgument(new Argument('<run>', 'folder of a finished run, or a model or checkpoint file'))
    .addOption(new Option('--format <name>', 'kind of file').choices(['onnx', 'timm']).default('onnx'))
    .addOption(new Option('--weights <kind>', 'binary weights in an ONNX file: folded to floats, or signs in 8 bits with scales').choices(['float', 'int8']).default('float'))
    .addOption(new Option('--out <file>', 'file to write').makeOptionMandatory())
    .action(async (run: string, { format, weights, out }: ExportOptions) => {
      // Only reads weights: every machine writes the same.
      await useBackend('cpu');
      const model = loadModel(run);
      if (format === 'onnx') {
        exportOnnx(model, out, weights);
        console.log(`${out}: images [batch, channels, height, width], normalised, to logits`);
        return;
      }
      const left = exportTimm(model, out);
      console.log(left.length === 0 ? out : `${out}: without ${left.join(', ')}, for which timm has no place`);
    });
}
