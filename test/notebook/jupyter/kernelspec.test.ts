import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { examine, installedKernels, installKernel, ownKernelSpec, uninstallKernel } from '../../../src/notebook/jupyter/index.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { cli, kernelProgram, runProgram } from './process.js';

const folder = temporaryFolder();

/** Makes Jupyter's folders those of the test. */
function places(env: Readonly<Record<string, string>>): void {
  const none = { JUPYTER_DATA_DIR: folder.path('none'), JUPYTER_PATH: '', VIRTUAL_ENV: '', CONDA_PREFIX: '', XDG_STATE_HOME: folder.path('state') };
  for (const [name, value] of Object.entries({ ...none, ...env })) vi.stubEnv(name, value);
}

afterEach(() => { vi.unstubAllEnvs(); });

describe('the kernelspec', () => {
  it('is written below a prefix with its logos, found where Jupyter looks, replaced and removed', () => {
    const prefix = folder.path('prefix');
    places({ VIRTUAL_ENV: prefix });
    const installed = installKernel({ prefix });
    expect(installed).toBe(join(prefix, 'share', 'jupyter', 'kernels', 'binvit'));
    installKernel({ prefix });
    expect(readdirSync(installed).sort()).toEqual(['kernel.json', 'logo-32x32.png', 'logo-64x64.png', 'logo-svg.svg']);
    // PNG keeps its size after signature, length and type of the first chunk.
    for (const size of [32, 64]) expect(readFileSync(join(installed, `logo-${size}x${size}.png`)).subarray(12, 24)).toEqual(Buffer.from([...Buffer.from('IHDR'), 0, 0, 0, size, 0, 0, 0, size]));
    expect(installedKernels().find(({ name }) => name === 'binvit')).toEqual({ name: 'binvit', folder: installed, spec: ownKernelSpec() });
    expect(uninstallKernel({ prefix })).toBe(installed);
    expect(() => uninstallKernel({ prefix })).toThrow(/no kernel is installed there; `binvit kernel doctor` lists where one is/);
  });

  it('goes to the user\'s folder by default', () => {
    places({ JUPYTER_DATA_DIR: folder.path('user') });
    expect(installKernel()).toBe(join(folder.path('user'), 'kernels', 'binvit'));
    uninstallKernel();
  });
});

describe('the doctor', () => {
  it('says that the kernel is not installed', async () => {
    places({});
    expect(await examine()).toMatchObject({ installed: [], problems: [expect.stringContaining('run `binvit kernel install`')] });
  });

  it('says what is wrong in each place', async () => {
    places({ JUPYTER_DATA_DIR: folder.path('first'), VIRTUAL_ENV: folder.path('second') });
    const [first, second] = [installKernel(), installKernel({ prefix: folder.path('second') })];
    writeFileSync(join(first, 'kernel.json'), JSON.stringify({ argv: ['/no/node', '/no/main.js', '{connection_file}'], display_name: 'x', language: 'typescript' }));
    writeFileSync(join(second, 'kernel.json'), '{');
    const { installed } = await examine();
    expect(installed).toMatchObject([
      {
        folder: first,
        problems: [
          expect.stringContaining('/no/node is no program'), expect.stringContaining('/no/main.js does not exist'),
          expect.stringContaining('interrupt_mode: expected message, found nothing'),
        ],
      },
      { folder: second, problems: [expect.stringContaining('kernel.json is missing or damaged'), expect.stringContaining('never used')] },
    ]);
  });

  it('says what a kernel that does not start has said', async () => {
    places({ JUPYTER_DATA_DIR: folder.path('broken') });
    const script = folder.path('main.js');
    writeFileSync(script, 'console.error("out of order"); process.exit(1)');
    const spec = { ...ownKernelSpec(), argv: [process.execPath, script, '{connection_file}'] };
    writeFileSync(join(installKernel(), 'kernel.json'), JSON.stringify(spec));
    expect((await examine()).installed[0]!.problems).toEqual([expect.stringContaining('another installation'), 'does not start: out of order']);
  });
});

describe('binvit kernel', () => {
  it('installs, lists, starts the kernel to see that it answers, and uninstalls', async () => {
    const data = folder.path('data');
    places({ JUPYTER_DATA_DIR: data });
    const run = (...args: string[]): ReturnType<typeof runProgram> => runProgram([cli, 'kernel', ...args], {});
    expect(await run('install')).toMatchObject({ code: 0, stdout: `installed in ${join(data, 'kernels', 'binvit')}\n` });
    expect(JSON.parse(readFileSync(join(data, 'kernels', 'binvit', 'kernel.json'), 'utf8'))).toEqual({
      argv: [process.execPath, kernelProgram, '{connection_file}'], display_name: 'TypeScript (binvit)', language: 'typescript', interrupt_mode: 'message',
      env: { MALLOC_TRIM_THRESHOLD_: '131072' },
    });
    const [list, doctor, wrong] = await Promise.all([run('list'), run('doctor', '--json'), run('install', '--user', '--prefix', data)]);
    expect(list.stdout).toMatch(/^binvit +TypeScript \(binvit\) +/m);
    expect(JSON.parse(doctor.stdout)).toMatchObject({ installed: [{ folder: join(data, 'kernels', 'binvit'), problems: [] }], problems: [] });
    expect([doctor.code, wrong.code]).toEqual([0, 2]);
    expect((await run('uninstall')).code).toBe(0);
  });
});
