import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../temporary-folder.js';
import { freeConnection, KernelClient, startKernel } from './client.js';
import { kernelArgv, kernelProgram } from './process.js';

const folder = temporaryFolder();
const cli = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

interface Ended { readonly code: number | null; readonly stdout: string; readonly stderr: string }

async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, XDG_STATE_HOME: folder.path('state'), ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  const [code] = await once(child, 'close') as [number | null];
  return { code, stdout, stderr };
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(Number).filter(child => {
    try {
      const stat = readFileSync(`/proc/${child}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
    } catch {
      return false;
    }
  });
}

async function gone(pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    for (;;) {
      try {
        process.kill(pid, 0);
      } catch {
        break;
      }
      await new Promise(resolve => { setTimeout(resolve, 50); });
    }
  }
}

describe('the process of the kernel', () => {
  it('row 12: says in one line that its connection file is missing, half written or no file, and exits with 1', async () => {
    const half = folder.path('half.json');
    writeFileSync(half, '{"shell_port": ');
    mkdirSync(folder.path('folder.json'));
    const [missing, unfinished, unreadable, none] = await Promise.all([
      run([kernelProgram, folder.path('missing.json')]), run([cli, 'kernel', 'start', half]), run([kernelProgram, folder.path('folder.json')]), run([kernelProgram]),
    ]);
    for (const { code, stderr } of [missing, unfinished, unreadable, none]) {
      expect(code).toBe(1);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
    expect(missing.stderr).toContain('not there after 2 s');
    expect(unfinished.stderr).toContain('expected JSON');
    expect(unreadable.stderr).toContain('cannot be read');
  });

  it('says which port is taken', async () => {
    const connection = await freeConnection();
    const path = folder.path('taken.json');
    writeFileSync(path, JSON.stringify({ ...connection, shell_port: connection.hb_port }));
    const { code, stderr } = await run([kernelProgram, path]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/shell_port \d+: cannot listen on 127\.0\.0\.1/);
  });

  it('waits for a connection file that is written late', async () => {
    const connection = await freeConnection();
    const path = folder.path('late.json');
    const ended = run([kernelProgram, path]);
    await new Promise(resolve => { setTimeout(resolve, 300); });
    writeFileSync(path, JSON.stringify(connection));
    const client = new KernelClient(connection);
    await client.ready();
    await client.ask('control', 'shutdown_request', { restart: false });
    client.close();
    expect((await ended).code).toBe(0);
  });

  it('ends with its session when it is shut down in the middle of an endless loop', async () => {
    const kernel = await startKernel(kernelArgv, { cwd: folder.path('.'), env: { ...process.env, XDG_STATE_HOME: folder.path('state') } });
    await kernel.client.execute('1');
    const children = childrenOf(kernel.process.pid!);
    expect(children.length).toBeGreaterThan(0);
    kernel.client.submit('while (true);');
    expect(await kernel.client.ask('control', 'shutdown_request', { restart: true })).toEqual({ status: 'ok', restart: true });
    expect(await kernel.exit).toBe(0);
    await gone(children);
    await kernel.stop();
  });

  it('takes SIGINT as an interrupt and ends at SIGTERM', async () => {
    const kernel = await startKernel(kernelArgv, { cwd: folder.path('.'), env: { ...process.env, XDG_STATE_HOME: folder.path('state') } });
    const cell = kernel.client.submit('console.log("looping"); while (true);');
    while (!cell.iopub.some(({ type }) => type === 'stream')) await new Promise(resolve => { setTimeout(resolve, 10); });
    kernel.process.kill('SIGINT');
    expect((await cell.reply).content.status).toBe('error');
    expect((await kernel.client.execute('1 + 1')).reply.content.status).toBe('ok');
    const children = childrenOf(kernel.process.pid!);
    kernel.process.kill('SIGTERM');
    expect(await kernel.exit).toBe(0);
    await gone(children);
    await kernel.stop();
  });

  it('ends when the front end that started it dies', async () => {
    const connection = await freeConnection();
    const path = folder.path('orphan.json');
    writeFileSync(path, JSON.stringify(connection));
    const script = `
      const child = require('node:child_process').spawn(process.execPath, ${JSON.stringify([kernelProgram, path])}, { stdio: 'ignore', cwd: ${JSON.stringify(folder.path('.'))} });
      process.stdout.write(String(child.pid));
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, XDG_STATE_HOME: folder.path('state') } });
    const [pid] = await once(parent.stdout, 'data') as [Buffer];
    const client = new KernelClient(connection);
    await client.ready();
    parent.kill('SIGKILL');
    await gone([Number(pid.toString())]);
    client.close();
  });
});

describe('binvit kernel', () => {
  const env = { JUPYTER_DATA_DIR: '', JUPYTER_PATH: '', VIRTUAL_ENV: '', CONDA_PREFIX: '' };

  it('installs for the user, is found, answers to the doctor, and is removed', async () => {
    const data = folder.path('data');
    const here = { ...env, JUPYTER_DATA_DIR: data };
    expect(await run([cli, 'kernel', 'install'], here)).toMatchObject({ code: 0, stdout: `installed in ${join(data, 'kernels', 'binvit')}\n` });
    expect(JSON.parse(readFileSync(join(data, 'kernels', 'binvit', 'kernel.json'), 'utf8'))).toEqual({
      argv: [process.execPath, kernelProgram, '{connection_file}'], display_name: 'TypeScript (binvit)', language: 'typescript', interrupt_mode: 'message',
    });
    expect((await run([cli, 'kernel', 'list'], here)).stdout).toMatch(/^binvit +TypeScript \(binvit\) +/m);
    const doctor = await run([cli, 'kernel', 'doctor', '--json'], here);
    expect(JSON.parse(doctor.stdout)).toMatchObject({ installed: [{ folder: join(data, 'kernels', 'binvit'), problems: [] }], problems: [] });
    expect(doctor.code).toBe(0);
    expect((await run([cli, 'kernel', 'uninstall', '--user'], here)).code).toBe(0);
    expect(await run([cli, 'kernel', 'uninstall', '--user'], here)).toMatchObject({ code: 1, stderr: expect.stringContaining('no kernel is installed there') as string });
    expect(await run([cli, 'kernel', 'doctor'], here)).toMatchObject({ code: 1, stdout: expect.stringContaining('run `binvit kernel install`') as string });
  });

  it('installs below a prefix, and the doctor says what is wrong there', async () => {
    const prefix = folder.path('prefix');
    const here = { ...env, JUPYTER_DATA_DIR: folder.path('empty'), VIRTUAL_ENV: prefix };
    expect((await run([cli, 'kernel', 'install', '--prefix', prefix], here)).code).toBe(0);
    const spec = join(prefix, 'share', 'jupyter', 'kernels', 'binvit', 'kernel.json');
    writeFileSync(spec, JSON.stringify({ argv: ['/no/node', '/no/main.js', '{connection_file}'], display_name: 'x', language: 'typescript' }));
    const { code, stdout } = await run([cli, 'kernel', 'doctor', '--json'], here);
    expect(code).toBe(1);
    const { installed: [{ problems }] } = JSON.parse(stdout) as { installed: [{ problems: string[] }] };
    expect(problems).toEqual([
      expect.stringContaining('/no/node is no program'), expect.stringContaining('/no/main.js does not exist'), expect.stringContaining('interrupt_mode: expected message, found nothing'),
    ]);
    writeFileSync(spec, '{');
    expect((await run([cli, 'kernel', 'doctor'], here)).stdout).toContain('kernel.json is missing or damaged');
    expect((await run([cli, 'kernel', 'uninstall', '--prefix', prefix, '--user'], here)).code).toBe(2);
  });
});
