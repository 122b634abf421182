import { Command, Option } from 'commander';
import { examine, type Examination, installedKernels, installKernel, uninstallKernel } from '../notebook/jupyter/index.js';
import { keepSnapshot } from '../notebook/language/snapshot.js';
import { jsonOption } from './options.js';

interface Place {
  user?: boolean;
  prefix?: string;
}

/** `binvit kernel`: the Jupyter kernel, installed and looked after without Python. */
export function kernelCommand(): Command {
  return new Command('kernel')
    .description('install the TypeScript kernel for Jupyter, look after it, start it')
    .addCommand(placed(new Command('install').description('make the kernel known to Jupyter'), ({ prefix }) => {
      const folder = installKernel({ prefix });
      console.log(`installed in ${folder}`);
      // So that the first session starts as fast as all others.
      keepSnapshot();
      if (/[\\/]_npx[\\/]/.test(import.meta.url)) {
        console.log('this copy of binvit lies in npx\'s cache, which may be emptied: npm install binvit and run `npx binvit kernel install` in its folder to keep it');
      }
    }))
    .addCommand(placed(new Command('uninstall').description('remove the kernel from Jupyter'), ({ prefix }) => {
      console.log(`removed ${uninstallKernel({ prefix })}`);
    }))
    .addCommand(new Command('list').description('list the kernels that Jupyter finds').addOption(jsonOption()).action(({ json }: { json?: boolean }) => {
      const kernels = installedKernels();
      if (json) console.log(JSON.stringify(kernels, null, 2));
      else for (const { name, folder, spec } of kernels) console.log(`${name.padEnd(16)} ${(spec?.display_name ?? '(damaged)').padEnd(24)} ${folder}`);
    }))
    .addCommand(new Command('start').description('run the kernel for one front end, which calls this').argument('<connection-file>').action(async (connectionFile: string) => {
      // Loaded here alone: where its addon does not load, all other commands still work.
      const { runKernel } = await import('../notebook/jupyter/run-kernel.js');
      await runKernel(connectionFile);
      process.exit(0);
    }))
    .addCommand(new Command('doctor').description('tell what is installed, where, and what is wrong').addOption(jsonOption()).action(async ({ json }: { json?: boolean }) => {
      const examination = await examine();
      console.log(json ? JSON.stringify(examination, null, 2) : describe(examination));
      if ([examination, ...examination.installed].some(({ problems }) => problems.length > 0)) process.exitCode = 1;
    }));
}

function placed(command: Command, action: (place: Place) => void): Command {
  return command
    .addOption(new Option('--user', 'for this user (default)').conflicts('prefix'))
    .addOption(new Option('--prefix <folder>', 'below an installation prefix, such as that of a Python environment'))
    .action(action);
}

function describe({ version, node, dataFolders, historyFile, jupyter, installed, problems }: Examination): string {
  const lines = [
    `binvit ${version}, Node.js ${node}`,
    `Jupyter looks for kernels in ${dataFolders.join(', ')}`,
    `history: ${historyFile}`,
    `Jupyter on PATH: ${jupyter.join(', ') || 'none (VS Code and `binvit notebook run` need none)'}`,
    ...installed.flatMap(place => [
      `${place.problems.length === 0 ? 'ok   ' : 'wrong'} ${place.folder}`,
      ...place.problems.map(problem => `      ${problem}`),
    ]),
    ...problems.map(problem => `wrong ${problem}`),
  ];
  return lines.join('\n');
}
