import { Argument, Command, Option } from 'commander';
import type { BenchOptions } from './bench-options.js';
import { backendOption, jsonOption, wholeNumber } from './options.js';

/** `binvit bench`: training steps, or a packed model, on this machine. */
export function benchCommand(): Command {
  return new Command('bench')
    .description('measure a packed model on this machine, step by step; without one, training steps (forward, backward, AdamW) of vit_nano')
    .addArgument(new Argument('[packed]', 'file that "binvit pack" wrote'))
    .addOption(backendOption())
    .addOption(new Option('--batch-size <n>', 'images at a time (default: 1 of a packed model, 128 of a training step)').argParser(wholeNumber(1)))
    .addOption(new Option('--threads <n>', 'threads of the native engine (default: BINVIT_THREADS, else 1)').argParser(wholeNumber(1)))
    .addOption(new Option('--rounds <n>', 'measurements of half a second, of which the median counts').argParser(wholeNumber(1)).default(5))
    .addOption(jsonOption())
    .action(async (packed: string | undefined, { threads, ...options }: BenchOptions) => {
      if (threads !== undefined) process.env.BINVIT_THREADS = String(threads);
      // Training brings TensorFlow.js into the process, whose memory a packed model does without.
      if (packed === undefined) await (await import('./bench-training.js')).benchTraining(options);
      else (await import('./bench-packed.js')).benchPacked(packed, options);
    });
}
