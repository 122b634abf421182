import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { packageVersion } from '../../io/index.js';
import { dataFolders, historyFile } from './folders.js';
import { installedKernels, kernelName, ownKernelSpec, type InstalledKernel, type KernelSpec } from './kernelspec.js';

/** One place where the kernel is installed. */
export interface Diagnosis {
  readonly folder: string;
  readonly argv: readonly string[];
  /** Sentences, each with what to do; empty when all is well. */
  readonly problems: readonly string[];
}

/** What {@link examine} found. */
export interface Examination {
  readonly version: string;
  readonly node: string;
  /** Folders in which Jupyter looks for kernels, in its order. */
  readonly dataFolders: readonly string[];
  readonly historyFile: string;
  /** Jupyter's programs on PATH; none are needed for VS Code and `binvit notebook run`. */
  readonly jupyter: readonly string[];
  readonly installed: readonly Diagnosis[];
  /** What concerns no single place. */
  readonly problems: readonly string[];
}

/** Looks at every place where the kernel is installed, and starts each to see that it answers. */
export async function examine(): Promise<Examination> {
  const folders = dataFolders();
  const kernels = installedKernels(folders).filter(kernel => kernel.name === kernelName);
  const installed: Diagnosis[] = [];
  for (const kernel of kernels) {
    const problems = fileProblems(kernel);
    const shadowing = kernels[0]!;
    if (shadowing !== kernel) problems.push(`never used: ${shadowing.folder} comes first; remove one of them`);
    if (kernel.spec && canStart(kernel.spec)) {
      const failure = await tryKernel(kernel.spec.argv);
      if (failure !== null) problems.push(failure);
    }
    installed.push({ folder: kernel.folder, argv: kernel.spec?.argv ?? [], problems });
  }
  return {
    version: packageVersion(), node: process.versions.node, dataFolders: folders, historyFile: historyFile(),
    jupyter: onPath(['jupyter', 'jupyter-lab', 'jupyter-notebook', 'jupyter-console']), installed,
    problems: kernels.length === 0 ? ['the kernel is not installed where Jupyter looks; run `binvit kernel install`'] : [],
  };
}

/** What goes wrong when the kernel is started; `null` when it answers. */
async function tryKernel(argv: readonly string[]): Promise<string | null> {
  try {
    // Loaded here alone, so that a ZeroMQ that does not load is a finding and not the end of the examination.
    const { startAndAsk } = await import('./start-and-ask.js');
    await startAndAsk(argv);
    return null;
  } catch (error) {
    return `does not start: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function fileProblems({ spec }: InstalledKernel): string[] {
  if (!spec) return ['kernel.json is missing or damaged; run `binvit kernel install` again'];
  const own = ownKernelSpec();
  const [node, script] = spec.argv;
  const problems: string[] = [];
  const again = 'run `binvit kernel install` again';
  if (node === undefined || !isExecutable(node)) problems.push(`argv: ${node ?? 'nothing'} is no program (was Node.js moved or updated?); ${again}`);
  if (script === undefined || !existsSync(script)) problems.push(`argv: ${script ?? 'nothing'} does not exist (was binvit moved or removed?); ${again}`);
  else if (script !== own.argv[1]) problems.push(`starts another installation of binvit, ${script}; to use this one, ${again}`);
  if (spec.interrupt_mode !== own.interrupt_mode) problems.push(`interrupt_mode: expected message, found ${spec.interrupt_mode ?? 'nothing'}; ${again}`);
  return problems;
}

function canStart({ argv: [node, script] }: KernelSpec): boolean {
  return node !== undefined && isExecutable(node) && script !== undefined && existsSync(script);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function onPath(programs: readonly string[]): string[] {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => folder !== '');
  return programs.flatMap(program => {
    const found = folders.flatMap(folder => suffixes.map(suffix => join(folder, program + suffix))).find(isExecutable);
    return found === undefined ? [] : [found];
  });
}
