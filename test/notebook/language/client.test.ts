import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { LanguageClient } from '../../../src/notebook/language/client.js';
import { temporaryFolder } from '../../temporary-folder.js';

const folder = temporaryFolder();

describe('the language server', () => {
  let client: LanguageClient;
  beforeAll(() => { client = new LanguageClient({ cwd: folder.path('') }); });
  afterAll(() => client.close());

  it('answers in order, as the language itself does', async () => {
    const cell = { id: '1' };
    const [prepared, , again, completions, inspection, help, complete, diagnostics] = await Promise.all([
      client.prepare('const a = 1; a', cell), client.commit('const a = 1; a', cell), client.prepare('a.nope', cell), client.complete('a.toF', 5),
      client.inspect('a', 1), client.signatureHelp('a.toFixed(', 10), client.isComplete('a('), client.diagnose('a.b'),
    ]);
    expect(prepared).toMatchObject({ diagnostics: [], converted: { code: '"use strict";\nlet a = 1; __binvit.result((a))', declares: ['a'] } });
    expect(again.diagnostics).toMatchObject([{ code: 2339, range: { line: 1, column: 3 } }]);
    expect(completions.items).toMatchObject([{ label: 'toFixed' }]);
    expect(inspection?.signature).toBe('const a: 1');
    expect(help?.signatures[0]?.label).toContain('toFixed(');
    expect(complete).toEqual({ status: 'incomplete', indent: '  ' });
    expect(diagnostics).toHaveLength(1);
  });

  it('forgets the names at a reset', async () => {
    await client.reset();
    expect((await client.prepare('a', { id: '1' })).diagnostics).toMatchObject([{ code: 2304 }]);
  });

  it('tells of a question that goes wrong, and answers the next one', async () => {
    await expect(client.complete('a', 5, { preceding: null as unknown as [] })).rejects.toMatchObject({ name: 'TypeError' });
    expect((await client.prepare('1', { id: '1' })).diagnostics).toEqual([]);
  });
});

describe('a language server that is gone', () => {
  it('refuses every question with the reason, until a reset', async () => {
    const cwd = folder.path('comes later');
    const client = new LanguageClient({ cwd });
    await expect(client.isComplete('1')).rejects.toThrow(`The language service could not be started in ${cwd}: `);
    await expect(client.isComplete('1')).rejects.toThrow('restart the session');
    mkdirSync(cwd);
    await client.reset();
    expect(await client.isComplete('1')).toEqual({ status: 'complete' });
    await client.close();
  });

  it('refuses what waits when it is closed', async () => {
    const client = new LanguageClient({ cwd: folder.path('') });
    const waiting = expect(client.prepare('1', { id: '1' })).rejects.toThrow('was closed');
    await client.close();
    await waiting;
    await expect(client.reset()).rejects.toThrow('was closed');
  });
});

describe('a language server that is started from a snapshot', () => {
  let cache: string;
  beforeAll(() => { cache = folder.path('cache'); });
  const cells = [
    '1+1', 'const a = [1, 2].map(x => `${x}`);\na.at(-1)!.length', 'const b: string = 1', 'a.nope', 'process.argv.nope; Buffer.from(1, 2, 3, 4)',
    'import { existsSync, type Stats } from "node:fs"; let s: Stats = 1', 'globalThis.process.nope', '// @ts-expect-error\nBuffer.from("a")', 'class A { #x = 1; @d y = 2 }',
    'enum E { On }; namespace N { export const z = E.On }', 'new WebAssembly.Module(1); new SharedArrayBuffer(8).byteLength.nope; Atomics.nope; Iterator.from([1]).map(x => x.nope)',
    'fetch(1); navigator.nope; new URL(1)', 'display(a); require("fs").nope', 'let unfinished = (', 'const m = await import("node:os"); m.cpus().nope',
  ];
  const start = (): LanguageClient => {
    vi.stubEnv('XDG_CACHE_HOME', cache);
    onTestFinished(() => { vi.unstubAllEnvs(); });
    const client = new LanguageClient({ cwd: folder.path('') });
    onTestFinished(() => client.close());
    return client;
  };
  /** All that a session of these cells hears of TypeScript. */
  const answers = async (client: LanguageClient): Promise<unknown> => Promise.all(cells.flatMap(code => [
    client.prepare(code, { id: '1' }), client.commit(code, { id: '1' }), client.complete(`${code}\nWeb`, code.length + 4), client.diagnose(code), client.inspect(code, 1),
    client.signatureHelp('Buffer.from(', 12), client.isComplete(code),
  ]));
  const snapshots = (): string[] => (existsSync(join(cache, 'binvit')) ? readdirSync(join(cache, 'binvit')) : []).filter(name => name.endsWith('.snapshot'));
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await sleep(50);
  };
  /** Arguments of the processes that this one has started. */
  const children = (): string[] => readdirSync('/proc').filter(name => /^\d+$/.test(name)).flatMap(pid => {
    try {
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(process.pid) ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')] : [];
    } catch {
      return [];
    }
  });

  it('answers as one that is started without, which leaves the snapshot', async () => {
    const first = start();
    const expected = await answers(first);
    await first.close();
    await until(() => snapshots().length === 1);
    const client = start();
    expect(await answers(client)).toEqual(expected);
    if (process.platform === 'linux') expect(children().filter(command => command.includes('--snapshot-blob'))).toHaveLength(1);
  });

  it('answers where the snapshot is cut off, is something else or was damaged, and leaves a new one', async () => {
    const path = join(cache, 'binvit', snapshots()[0]!);
    const good = readFileSync(path);
    const damaged = Buffer.from(good).fill(255, 2e7, 2e7 + 4096);
    // As if another process were at it.
    writeFileSync(`${path}.unfinished`, '');
    for (const bad of [good.subarray(0, 2e7), 'snapshot', damaged]) {
      writeFileSync(path, bad);
      const client = start();
      expect((await client.prepare(cells[2]!, { id: '1' })).diagnostics).toMatchObject([{ code: 2322 }]);
      expect(existsSync(path)).toBe(false);
      if (bad === damaged) rmSync(`${path}.unfinished`);
      await client.close();
    }
    await until(() => existsSync(path));
    expect(statSync(path).size).toBeGreaterThan(good.length / 2);
  });

  it('answers where nothing can be kept', async () => {
    writeFileSync(folder.path('no folder'), '');
    vi.stubEnv('XDG_CACHE_HOME', folder.path('no folder'));
    const client = new LanguageClient({ cwd: folder.path('') });
    expect((await client.prepare('1', { id: '1' })).diagnostics).toEqual([]);
    vi.unstubAllEnvs();
    await client.close();
  });
});
