import { execFile } from 'node:child_process';

/** The Node that runs the session's process. */
export interface NodeRuntime {
  readonly path: string;
  /** Variables that the process needs to be a Node. */
  readonly env: Readonly<Record<string, string>>;
  /** `20.19.0` */
  readonly version: string;
}

/** Oldest Node that can `require` an ES module. */
const oldest = [20, 19] as const;

/** Tells the version of an executable, `v22.1.0`, or `null` where it does not run. */
export type AskVersion = (path: string, cwd: string) => Promise<string | null>;

/**
 * Chooses the Node of a session: the configured one; else `node` on the PATH when it is new enough; else the editor's own
 * runtime, which is a Node when `ELECTRON_RUN_AS_NODE` is set.
 *
 * @param configured path in the settings, empty when there is none
 * @param cwd folder of the notebook, for version managers that look at it
 * @throws Error when the configured Node does not run or is too old
 */
export async function findNode(configured: string, cwd: string, ask: AskVersion = askVersion): Promise<NodeRuntime> {
  const version = await ask(configured || 'node', cwd);
  if (version !== null && newEnough(version)) return { path: configured || 'node', env: {}, version: version.slice(1) };
  if (configured) {
    throw new Error(`binvit.nodePath: expected a Node ${oldest.join('.')} or newer at ${configured}, found ${version ?? 'nothing that runs'}; ` +
      'correct the setting, or empty it to use the node on the PATH or the editor\'s own.');
  }
  return { path: process.execPath, env: { ELECTRON_RUN_AS_NODE: '1' }, version: process.versions.node };
}

function newEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

function askVersion(path: string, cwd: string): Promise<string | null> {
  return new Promise(resolve => {
    execFile(path, ['--version'], { cwd, timeout: 10_000 }, (error, stdout) => {
      const version = stdout.trim();
      resolve(error === null && /^v\d+\.\d+/.test(version) ? version : null);
    });
  });
}
