import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFileAtomic } from '../../io/index.js';
import { kernelEnvironment } from './environment.js';
import { dataFolders, prefixDataFolder, userDataFolder } from './folders.js';
import { logoPng, logoSvg } from './logo.js';

/** Name by which front ends and notebooks know the kernel. */
export const kernelName = 'binvit';

/** The sizes that Jupyter looks for, in pixels. */
const logoSizes = [32, 64];

/** Content of `kernel.json`. */
export interface KernelSpec {
  readonly argv: readonly string[];
  readonly display_name: string;
  readonly language: string;
  readonly interrupt_mode?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A kernel that Jupyter can find. */
export interface InstalledKernel {
  readonly name: string;
  /** Folder with its `kernel.json`. */
  readonly folder: string;
  /** `null` where `kernel.json` is missing or damaged. */
  readonly spec: KernelSpec | null;
}

/** The kernelspec of this installation of the package, started by this Node. */
export function ownKernelSpec(): KernelSpec {
  return {
    argv: [process.execPath, fileURLToPath(new URL('./main.js', import.meta.url)), '{connection_file}'],
    display_name: 'TypeScript (binvit)',
    language: 'typescript',
    // By message: a signal does not exist on Windows, and would also hit what the cell has started.
    interrupt_mode: 'message',
    env: kernelEnvironment,
  };
}

/** Where a kernel is installed: for the user (default), or below a prefix such as that of a Python environment. */
export interface InstallPlace {
  readonly prefix?: string | undefined;
}

function folderOf({ prefix }: InstallPlace): string {
  return join(prefix === undefined ? userDataFolder() : prefixDataFolder(prefix), 'kernels', kernelName);
}

/**
 * Writes the kernelspec and its logos; older ones are replaced.
 *
 * @returns the folder
 */
export function installKernel(place: InstallPlace = {}): string {
  const folder = folderOf(place);
  writeFileAtomic(join(folder, 'logo-svg.svg'), logoSvg);
  for (const size of logoSizes) writeFileAtomic(join(folder, `logo-${size}x${size}.png`), logoPng(size));
  writeFileAtomic(join(folder, 'kernel.json'), `${JSON.stringify(ownKernelSpec(), null, 2)}\n`);
  return folder;
}

/**
 * Removes the kernelspec.
 *
 * @returns the folder that was removed
 * @throws Error when there is none
 */
export function uninstallKernel(place: InstallPlace = {}): string {
  const folder = folderOf(place);
  if (!existsSync(join(folder, 'kernel.json'))) {
    throw new Error(`${folder}: no kernel is installed there; \`binvit kernel doctor\` lists where one is`);
  }
  rmSync(folder, { recursive: true });
  return folder;
}

/** All kernels that Jupyter can find, in its order; of two with one name it takes the first. */
export function installedKernels(folders: readonly string[] = dataFolders()): InstalledKernel[] {
  return folders.flatMap(data => {
    const kernels = join(data, 'kernels');
    const names = existsSync(kernels) ? readdirSync(kernels).sort() : [];
    return names.map(name => ({ name, folder: join(kernels, name), spec: readSpec(join(kernels, name, 'kernel.json')) }));
  });
}

function readSpec(path: string): KernelSpec | null {
  try {
    const spec = JSON.parse(readFileSync(path, 'utf8')) as Partial<KernelSpec> | null;
    if (!Array.isArray(spec?.argv) || typeof spec.display_name !== 'string' || typeof spec.language !== 'string') return null;
    return spec as KernelSpec;
  } catch {
    return null;
  }
}
