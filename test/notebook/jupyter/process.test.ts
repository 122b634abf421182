import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../temporary-folder.js';
import { freeConnection, KernelClient, startKernel } from './client.js';
import { cli, kernelArgv, kernelProgram, runProgram } from './process.js';

const folder = temporaryFolder();

const run = (args: readonly string[]): ReturnType<typeof runProgram> => runProgram(args, { XDG_STATE_HOME: folder.path('state') });

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

  it('row 12: says that its connection file may not be read by this user', async () => {
    const path = folder.path('secret.json');
    writeFileSync(path, '{}', { mode: 0 });
    const module = new URL('../../../dist/notebook/jupyter/index.js', import.meta.url).href;
    // Nothing is forbidden to root, who therefore becomes somebody else once the code is loaded.
    const script = `const { readConnection } = await import(${JSON.stringify(module)}); if (process.getuid() === 0) process.setuid(65534); await readConnection(${JSON.stringify(path)});`;
    const { code, stderr } = await run(['--input-type=module', '-e', script]);
    expect(code).toBe(1);
    expect(stderr).toContain('secret.json: cannot be read (EACCES); check that it is a file that this user may read');
  });

  it('says which port is taken', async () => {
    const connection = await freeConnection();
    const path = folder.path('taken.json');
    writeFileSync(path, JSON.stringify({ ...connection, shell_port: connection.hb_port }));
    const { code, stderr } = await run([kernelProgram, path]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/shell_port \d+: cannot listen on 127\.0\.0\.1/);
  });

  it('row 12: waits for a connection file that is written late', async () => {
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

  it('row 4: runs in a folder of mixed case that is reached through a link, with local modules and their types', async () => {
    mkdirSync(folder.path('Mixed Case'));
    writeFileSync(folder.path('Mixed Case/Data.ts'), 'export const value: number = 7;');
    symlinkSync(folder.path('Mixed Case'), folder.path('link'), 'dir');
    const kernel = await startKernel(kernelArgv, { cwd: folder.path('link'), env: { ...process.env, PWD: folder.path('link'), XDG_STATE_HOME: folder.path('state') } });
    try {
      const { outputs } = await kernel.client.execute('import { value } from "./Data"; console.log(value + 1)');
      expect(outputs.map(({ content }) => content.text)).toEqual(['8\n']);
      const { reply } = await kernel.client.execute('value.nope');
      expect(reply.content).toMatchObject({ status: 'error', evalue: expect.stringContaining("Property 'nope' does not exist on type 'number'") as string });
    } finally {
      await kernel.stop();
    }
  });

  it('row 14: ends with its session when it is shut down in the middle of an endless loop, and echoes the restart', async () => {
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

  it('ends when it is shut down on the shell channel, as older front ends do', async () => {
    const kernel = await startKernel(kernelArgv, { cwd: folder.path('.'), env: { ...process.env, XDG_STATE_HOME: folder.path('state') } });
    expect(await kernel.client.ask('shell', 'shutdown_request', { restart: false })).toEqual({ status: 'ok', restart: false });
    expect(await kernel.exit).toBe(0);
    await kernel.stop();
  });

  it('ends without a word when it is shut down while thousands of messages come', async () => {
    let stderr = '';
    const kernel = await startKernel(kernelArgv, {
      cwd: folder.path('.'), env: { ...process.env, XDG_STATE_HOME: folder.path('state') }, onStderr: text => { stderr += text; },
    });
    for (let count = 0; count < 20_000; count++) kernel.client.request('shell', 'comm_info_request', {});
    kernel.client.request('control', 'shutdown_request', { restart: false });
    expect(await kernel.exit).toBe(0);
    expect(stderr).toBe('');
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
