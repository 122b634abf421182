import { dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  checkNotebook, parseParameter, parseRawParameter, readNotebook, readParameters, runNotebook, writeNotebook, type CellTurn, type ParameterValues,
} from '../notebook/runner/index.js';
// Not from the folder's index, which brings TensorFlow.js with it.
import { stopSignal } from '../training/signals.js';
import { exitCode } from './errors.js';
import { jsonOption, positiveNumber } from './options.js';

/** `binvit notebook`: run, check and export notebooks without a front end. */
export function notebookCommand(): Command {
  return new Command('notebook')
    .description('run notebooks without an editor, check their outputs, export them')
    .addCommand(runCommand())
    .addCommand(checkCommand())
    .addCommand(exportCommand());
}

interface RunFlags {
  output?: string;
  inPlace?: boolean;
  param: ParameterValues;
  params?: string;
  timeout?: number;
  allowErrors?: boolean;
  cwd?: string;
  typeCheck?: 'error' | 'warn' | 'off';
  timing?: boolean;
}

function runCommand(): Command {
  const values: Record<string, ParameterValues[string]> = {};
  const collect = (parse: typeof parseParameter) => (text: string): ParameterValues => {
    try {
      const [name, value] = parse(text);
      values[name] = value;
      return values;
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? `${error.message}.` : '');
    }
  };
  return new Command('run')
    .description('run a notebook from a fresh session; without -o or --in-place nothing is written')
    .argument('<notebook>', 'file of nbformat 3 or 4')
    .addOption(new Option('-o, --output <file>', 'write the notebook with its outputs there, after every cell').conflicts('inPlace'))
    .addOption(new Option('--in-place', 'write it over the notebook'))
    .addOption(new Option('-p, --param <name=value>', 'a parameter, as JSON where it can be, else as text; may be repeated').argParser(collect(parseParameter)).default(values, 'none'))
    .addOption(new Option('--raw-param <name=text>', 'a parameter that is text, whatever it looks like').argParser(collect(parseRawParameter)))
    .addOption(new Option('--params <file>', 'JSON file with parameters by name; -p and --raw-param go first'))
    .addOption(new Option('--timeout <seconds>', 'longest time for one cell').argParser(positiveNumber))
    .addOption(new Option('--allow-errors', 'go on after a failed cell, and end with 0'))
    .addOption(new Option('--cwd <folder>', 'folder that the cells run in (default: the notebook\'s)'))
    .addOption(typeCheckOption())
    .addOption(new Option('--timing', 'write when each cell began and ended into the notebook'))
    .action(async (path: string, flags: RunFlags) => {
      const stop = stopSignal();
      try {
        const target = flags.inPlace ? path : flags.output;
        const result = await runNotebook(readNotebook(path), {
          cwd: resolve(flags.cwd ?? dirname(path)), signal: stop.signal,
          ...flags.typeCheck === undefined ? {} : { typeCheck: flags.typeCheck },
          parameters: { ...flags.params === undefined ? {} : readParameters(flags.params), ...flags.param },
          allowErrors: flags.allowErrors === true, recordTiming: flags.timing === true,
          ...flags.timeout === undefined ? {} : { timeoutMs: flags.timeout * 1000 },
          ...target === undefined ? {} : { save: notebook => { writeNotebook(target, notebook); } },
          onWarning: sentence => { process.stderr.write(`binvit: ${path}: ${sentence}\n`); },
          ...progress,
        });
        if (result.failure !== null) process.stderr.write(`\n${result.failure.error.traceback.join('\n')}\n`);
        if (result.status === 'failed') process.exitCode = exitCode.failure;
        if (result.status === 'interrupted') process.exitCode = stop.exitCode() ?? exitCode.interrupted;
      } finally {
        stop.dispose();
      }
    });
}

function checkCommand(): Command {
  return new Command('check')
    .description('run notebooks again and name the cells whose outputs differ from those in the file; cells tagged "volatile" may')
    .argument('<notebooks...>', 'files')
    .addOption(new Option('--timeout <seconds>', 'longest time for one cell').argParser(positiveNumber))
    .addOption(typeCheckOption())
    .addOption(jsonOption())
    .action(async (paths: string[], flags: Pick<RunFlags, 'timeout' | 'typeCheck'> & { json?: boolean }) => {
      const stop = stopSignal();
      const rows: { notebook: string; cell: string; number: number; difference: string }[] = [];
      try {
        for (const path of paths) {
          process.stderr.write(`${path}\n`);
          const mismatches = await checkNotebook(readNotebook(path), {
            cwd: resolve(dirname(path)), signal: stop.signal,
            ...flags.typeCheck === undefined ? {} : { typeCheck: flags.typeCheck },
            ...flags.timeout === undefined ? {} : { timeoutMs: flags.timeout * 1000 },
            ...progress,
          });
          if (stop.signal.aborted) break;
          rows.push(...mismatches.map(({ cell, number, difference }) => ({ notebook: path, cell: cell.id, number, difference })));
        }
      } finally {
        stop.dispose();
      }
      if (flags.json) console.log(JSON.stringify(rows, null, 2));
      else for (const { notebook, cell, number, difference } of rows) console.log(`${notebook}: cell ${number} (${cell}): ${difference}`);
      if (rows.length > 0) process.exitCode = exitCode.failure;
      if (stop.signal.aborted) process.exitCode = stop.exitCode() ?? exitCode.interrupted;
    });
}

function exportCommand(): Command {
  return new Command('export')
    .description('write a notebook as one page that needs no network, as Markdown, or as a script')
    .argument('<notebook>', 'file of nbformat 3 or 4')
    .addOption(new Option('--to <format>', 'html: a page with live figures; md: Markdown with its pictures in a folder beside it; ts: a script, cells separated by // %%')
      .choices(['html', 'md', 'ts']).default('html'))
    .addOption(new Option('-o, --output <file>', 'file to write (default: beside the notebook, under its name)'))
    .action(async (path: string, { to, output }: { to: 'html' | 'md' | 'ts'; output?: string }) => {
      // Loaded here alone: a DOM, formulas and highlighting take a while, and running needs none of them.
      const { exportNotebook } = await import('../notebook/runner/export/index.js');
      console.log(exportNotebook(path, to, output));
    });
}

const typeCheckOption = (): Option =>
  new Option('--type-check <mode>', 'what a type error does: stop the cell before it runs (default), be printed (default in notebooks of Deno\'s kernel, which checks none), or nothing')
    .choices(['error', 'warn', 'off']);

/** A line a cell on stderr: number, first line of code, time. It begins when the cell does, so that a hanging one is seen. */
const progress = {
  onStart: ({ cell, number, of }: CellTurn): void => {
    const line = cell.source.trim().split('\n')[0]!;
    process.stderr.write(`[${String(number).padStart(String(of).length)}/${of}] ${line.length > 60 ? `${line.slice(0, 59)}…` : line}`);
  },
  onEnd: (_: CellTurn, { durationMs, error }: { durationMs: number; error: { name: string; message: string } | null }): void => {
    const seconds = (durationMs / 1000).toFixed(durationMs < 10_000 ? 2 : 0);
    process.stderr.write(`  ${seconds} s${error === null ? '' : `  ${error.name}: ${error.message.split('\n')[0]!}`}\n`);
  },
};
