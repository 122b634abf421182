import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { LanguageClient } from '../../../src/notebook/language/client.js';
import type { Refusal, RunOrder } from '../../../src/notebook/language/messages.js';
import { FrameReader } from '../../../src/notebook/session/frames.js';
import type { ExecuteRequest } from '../../../src/notebook/session/messages.js';
import { temporaryFolder } from '../../temporary-folder.js';

const folder = temporaryFolder();

/** A client whose session's process does nothing but receive cells. */
interface TestClient {
  readonly client: LanguageClient;
  readonly cells: Socket;
  readonly received: ExecuteRequest[];
  readonly run: (code: string, order?: Partial<RunOrder>) => Promise<Refusal | null>;
  readonly close: () => Promise<void>;
}

async function startClient(cwd: string): Promise<TestClient> {
  const received: ExecuteRequest[] = [];
  const reader = new FrameReader<ExecuteRequest>(request => { received.push(request); });
  const server = createServer(socket => { socket.on('data', piece => { reader.push(piece); }); }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cells: Socket = connect(server.address() as { port: number });
  await once(cells, 'connect');
  const client = new LanguageClient({ cwd }, cells);
  let run = 0;
  return {
    client, cells, received,
    run: (code, order) => client.run(code, { id: '1', name: 'Cell' }, { run: ++run, check: true, figurePictures: true, canAsk: false, ...order }),
    close: async () => {
      await client.close();
      cells.destroy();
      server.close();
    },
  };
}

describe('the language server', () => {
  let own: TestClient;
  let client: LanguageClient;
  beforeAll(async () => {
    own = await startClient(folder.path(''));
    ({ client } = own);
  });
  afterAll(() => own.close());

  it('answers in order, as the language itself does', async () => {
    const [right, wrong, unchecked, unparsed, completions, inspection, help, complete, diagnostics] = await Promise.all([
      own.run('const a = 1; a'), own.run('a.nope'), own.run('a.nope', { check: false }), own.run('a.'), client.complete('a.toF', 5),
      client.inspect('a', 1), client.signatureHelp('a.toFixed(', 10), client.isComplete('a('), client.diagnose('a.b'),
    ]);
    expect([right, unchecked]).toEqual([null, null]);
    expect(wrong).toMatchObject({ kind: 'type', diagnostics: [{ code: 2339, range: { line: 1, column: 3 } }] });
    expect(unparsed?.kind).toBe('syntax');
    expect(own.received).toMatchObject([
      { run: 1, cell: { code: '"use strict";\nlet   a = 1; __binvit.result((a))', declares: ['a'], id: '1', name: 'Cell', figurePictures: true, canAsk: false } },
      { run: 3, cell: { code: '"use strict";\n__binvit.result((a.nope))', declares: [] } },
    ]);
    expect(completions.items).toMatchObject([{ label: 'toFixed' }]);
    expect(inspection?.signature).toBe('const a: 1');
    expect(help?.signatures[0]?.label).toContain('toFixed(');
    expect(complete).toEqual({ status: 'incomplete', indent: '  ' });
    expect(diagnostics).toHaveLength(1);
  });

  it('tells of a question that goes wrong, and answers the next one', async () => {
    await expect(client.complete('a', 5, { preceding: null as unknown as [] })).rejects.toMatchObject({ name: 'TypeError' });
    expect(await own.run('1')).toBeNull();
  });
});

describe('a language server that is gone', () => {
  it('refuses every question with the reason', async () => {
    const cwd = folder.path('not there');
    const { client, close } = await startClient(cwd);
    await expect(client.isComplete('1')).rejects.toThrow(`The language service could not be started in ${cwd}: `);
    await expect(client.isComplete('1')).rejects.toThrow('restart the session');
    await close();
  });

  it('refuses what waits when it is closed', async () => {
    const { client, close, run } = await startClient(folder.path(''));
    const waiting = expect(run('1')).rejects.toThrow('was closed');
    await close();
    await waiting;
    await expect(client.isComplete('1')).rejects.toThrow('was closed');
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
  const start = async (): Promise<TestClient> => {
    vi.stubEnv('XDG_CACHE_HOME', cache);
    onTestFinished(() => { vi.unstubAllEnvs(); });
    const started = await startClient(folder.path(''));
    onTestFinished(() => started.close());
    return started;
  };
  /** All that a session of these cells hears of TypeScript, and what runs. */
  const answers = async ({ client, run, received }: TestClient): Promise<unknown> => {
    const refusals = cells.flatMap(code => [run(code), run(code, { check: false })]);
    const questions = cells.flatMap(code => [
      client.complete(`${code}\nWeb`, code.length + 4), client.diagnose(code), client.inspect(code, 1), client.signatureHelp('Buffer.from(', 12), client.isComplete(code),
    ]);
    const running = (await Promise.all(refusals)).filter(refusal => refusal === null);
    await vi.waitFor(() => { expect(received).toHaveLength(running.length); }, 10_000);
    return { refusals: await Promise.all(refusals), received, answers: await Promise.all(questions) };
  };
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
    const first = await start();
    const expected = await answers(first);
    await first.close();
    await until(() => snapshots().length === 1);
    const client = await start();
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
      const client = await start();
      expect((await client.run(cells[2]!))?.diagnostics).toMatchObject([{ code: 2322 }]);
      expect(existsSync(path)).toBe(false);
      if (bad === damaged) rmSync(`${path}.unfinished`);
      await client.close();
    }
    await until(() => existsSync(path));
    expect(statSync(path).size).toBeGreaterThan(good.length / 2);
  });

  it('answers where the snapshot is bad and the process that runs cells is gone, too', async () => {
    writeFileSync(join(cache, 'binvit', snapshots()[0]!), 'snapshot');
    const { client, cells } = await start();
    cells.destroy();
    expect(await client.isComplete('1')).toEqual({ status: 'complete' });
  });

  it('answers where nothing can be kept', async () => {
    writeFileSync(folder.path('no folder'), '');
    vi.stubEnv('XDG_CACHE_HOME', folder.path('no folder'));
    const { run, close } = await startClient(folder.path(''));
    expect(await run('1')).toBeNull();
    vi.unstubAllEnvs();
    await close();
  });
});
