#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { packageVersion } from '../io/index.js';
import { analyzeCommand } from './analyze.js';
import { benchCommand } from './bench.js';
import { compareCommand } from './compare.js';
import { exitCode, reportError } from './errors.js';
import { exportCommand } from './export.js';
import { importCommand } from './import.js';
import { kernelCommand } from './kernel.js';
import { notebookCommand } from './notebook.js';
import { reportCommand } from './report.js';
import { reproduceCommand } from './reproduce.js';
import { summaryCommand } from './summary.js';
import { trainCommand } from './train.js';
import { tuneCommand } from './tune.js';

const program = new Command('binvit')
  .description('1-bit Vision Transformers with scaling factors')
  .version(packageVersion())
  .option('--verbose', 'print the stack of an error')
  .showHelpAfterError('(binvit --help or binvit COMMAND --help lists what is allowed)');

for (const command of [reproduceCommand, trainCommand, tuneCommand, summaryCommand, analyzeCommand, compareCommand, importCommand, exportCommand, reportCommand, kernelCommand, notebookCommand, benchCommand]) {
  program.addCommand(command());
}
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
