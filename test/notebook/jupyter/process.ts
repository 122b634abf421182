import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { startKernel, type KernelClient, type RunningKernel } from './client.js';

/** What a kernelspec starts, as `npm run build` has made it. */
export const kernelProgram = fileURLToPath(new URL('../../../dist/notebook/jupyter/main.js', import.meta.url));

export const cli = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

export const kernelArgv = [process.execPath, kernelProgram, '{connection_file}'];

/** The built kernel for the tests of one file, in a folder, with its history in another. */
export function kernelForTests(folder: { path(name: string): string }, env: NodeJS.ProcessEnv = {}): { readonly client: KernelClient; readonly running: RunningKernel; readonly stderr: string } {
  let running: RunningKernel;
  let stderr = '';
  beforeAll(async () => {
    if (!existsSync(kernelProgram)) throw new Error(`${kernelProgram} is not there; run npm run build`);
    running = await startKernel(kernelArgv, { cwd: folder.path('.'), env: { ...process.env, XDG_STATE_HOME: folder.path('state'), ...env }, onStderr: text => { stderr += text; } });
  });
  afterAll(() => running.stop());
  return {
    get client() { return running.client; },
    get running() { return running; },
    get stderr() { return stderr; },
  };
}

/** Runs a script to its end. */
export async function runProgram(args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  const [code] = await once(child, 'close') as [number | null];
  return { code, stdout, stderr };
}
