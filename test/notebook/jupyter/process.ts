import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { startKernel, type KernelClient, type RunningKernel } from './client.js';

/** What a kernelspec starts, as `npm run build` has made it. */
export const kernelProgram = fileURLToPath(new URL('../../../dist/notebook/jupyter/main.js', import.meta.url));

export const kernelArgv = [process.execPath, kernelProgram, '{connection_file}'];

/** The built kernel for the tests of one file, in a folder, with its history in another. */
export function kernelForTests(folder: { path(name: string): string }): { readonly client: KernelClient; readonly running: RunningKernel } {
  let running: RunningKernel;
  beforeAll(async () => {
    if (!existsSync(kernelProgram)) throw new Error(`${kernelProgram} is not there; run npm run build`);
    running = await startKernel(kernelArgv, { cwd: folder.path('.'), env: { ...process.env, XDG_STATE_HOME: folder.path('state') } });
  });
  afterAll(() => running.stop());
  return {
    get client() { return running.client; },
    get running() { return running; },
  };
}
