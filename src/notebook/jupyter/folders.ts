import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** What the places of files depend on; that of this process when left out. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

function here(): Surroundings {
  return { platform: process.platform, home: homedir(), env: process.env };
}

/**
 * Folder of the user's Jupyter data, by Jupyter's rules: `JUPYTER_DATA_DIR`, else `~/Library/Jupyter` (macOS),
 * `%APPDATA%\jupyter` (Windows), `$XDG_DATA_HOME/jupyter` or `~/.local/share/jupyter`.
 *
 * @see https://docs.jupyter.org/en/latest/use/jupyter-directories.html
 */
export function userDataFolder({ platform, home, env }: Surroundings = here()): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  if (platform === 'darwin') return join(home, 'Library', 'Jupyter');
  if (platform === 'win32') return env.APPDATA ? join(env.APPDATA, 'jupyter') : join(home, '.jupyter', 'data');
  return join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'jupyter');
}

/** Folder of Jupyter data below an installation prefix, such as that of a Python environment. */
export function prefixDataFolder(prefix: string): string {
  return join(prefix, 'share', 'jupyter');
}

/**
 * Folders in which Jupyter looks for kernels, first come first served: `JUPYTER_PATH`, the user's, that of the active Python
 * environment (as far as its variables tell; Jupyter asks its own Python), the system's.
 */
export function dataFolders(surroundings: Surroundings = here()): string[] {
  const { platform, env } = surroundings;
  const separator = platform === process.platform ? delimiter : platform === 'win32' ? ';' : ':';
  const environments = [env.VIRTUAL_ENV, env.CONDA_PREFIX].filter(prefix => prefix !== undefined && prefix !== '').map(prefix => prefixDataFolder(prefix!));
  const system = platform === 'win32'
    ? env.PROGRAMDATA ? [join(env.PROGRAMDATA, 'jupyter')] : []
    : ['/usr/local/share/jupyter', '/usr/share/jupyter'];
  const named = (env.JUPYTER_PATH ?? '').split(separator).filter(folder => folder !== '');
  return [...new Set([...named, userDataFolder(surroundings), ...environments, ...system])];
}

/**
 * File that remembers executed cells over sessions. It is state of this kernel and no data of Jupyter's, so it lies where
 * the platform keeps state: `$XDG_STATE_HOME/binvit` or `~/.local/state/binvit`, `~/Library/Application Support/binvit`
 * (macOS), `%LOCALAPPDATA%\binvit` (Windows).
 */
export function historyFile({ platform, home, env }: Surroundings = here()): string {
  const folder = platform === 'darwin' ? join(home, 'Library', 'Application Support')
    : platform === 'win32' ? env.LOCALAPPDATA || join(home, 'AppData', 'Local')
    : env.XDG_STATE_HOME || join(home, '.local', 'state');
  return join(folder, 'binvit', 'history.jsonl');
}
