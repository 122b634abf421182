#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { packageVersion } from '../io/index.js';
import { exitCode, reportError } from './errors.js';

/** The commands, in the order of the help. Only the one that is called is loaded: most bring TensorFlow.js with them. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  reproduce: async () => (await import('./reproduce.js')).reproduceCommand(),
  train: async () => (await import('./train.js')).trainCommand(),
  tune: async () => (await import('./tune.js')).tuneCommand(),
  summary: async () => (await import('./summary.js')).summaryCommand(),
  analyze: async () => (await import('./analyze.js')).analyzeCommand(),
  compare: async () => (await import('./compare.js')).compareCommand(),
  figures: async () => (await import('./figures.js')).figuresCommand(),
  import: async () => (await import('./import.js')).importCommand(),
  binarize: async () => (await import('./binarize.js')).binarizeCommand(),
  pack: async () => (await import('./pack.js')).packCommand(),
  verify: async () => (await import('./verify.js')).verifyCommand(),
  classify: async () => (await import('./classify.js')).classifyCommand(),
  export: async () => (await import('./export.js')).exportCommand(),
  report: async () => (await import('./report.js')).reportCommand(),
  kernel: async () => (await import('./kernel.js')).kernelCommand(),
  notebook: async () => (await import('./notebook.js')).notebookCommand(),
  bench: async () => (await import('./bench.js')).benchCommand(),
};

const program = new Command('binvit')
  .description('1-bit Vision Transformers with scaling factors')
  .version(packageVersion())
  .option('--verbose', 'print the stack of an error')
  .showHelpAfterError('(binvit --help or binvit COMMAND --help lists what is allowed)');

for (const name of called(process.argv.slice(2))) program.addCommand(await commands[name]!());
for (const command of [program, ...program.commands, ...program.commands.flatMap(group => group.commands)]) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed its sentence already.
    process.exitCode = error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  } else {
    reportError(error, program.opts<{ verbose?: boolean }>().verbose === true);
    process.exitCode = exitCode.failure;
  }
}

/** Names of the commands that a call needs: all of them for the help, and for the suggestions where there is no such command. */
function called(args: readonly string[]): string[] {
  if (args.length === 1 && ['-V', '--version'].includes(args[0]!)) return [];
  const name = args.find(argument => !argument.startsWith('-'));
  return name !== undefined && Object.hasOwn(commands, name) ? [name] : Object.keys(commands);
}
