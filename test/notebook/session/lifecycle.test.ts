import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { JsonlWriter } from '../../../src/io/index.js';
import { startSession } from '../../../src/notebook/index.js';
import { errorOf, sessionOfTest } from './session-of-test.js';
import { temporaryFolder } from '../../temporary-folder.js';

const test = sessionOfTest({ inspect: true });
const { run } = test;
const files = temporaryFolder();

describe('a session', () => {
  it('row 40: tells its variables without running any of their code', async () => {
    await run(`globalThis.ran = 0;
const number = 1; let text = 'abc'; const list = [1, 2, 3]; function f() {} class Point { get x() { ran++; return 1 } }
const point = new Point(); const bytes = new Uint8Array(4); const map = new Map([[1, 2]]);
const trap = new Proxy({}, { get() { ran++; return 1 }, ownKeys() { ran++; return [] } });`);
    const variables = Object.fromEntries((await test.session.variables()).map(({ name, ...variable }) => [name, variable]));
    expect(variables).toMatchObject({
      number: { type: 'number', preview: '1', size: '' }, text: { type: 'string', preview: "'abc'", size: '3 characters' },
      list: { type: 'Array(3)', preview: '[ 1, 2, 3 ]', size: '3 elements' }, f: { type: 'function' }, Point: { type: 'class' },
      point: { type: 'Point', preview: 'Point {}' }, bytes: { type: 'Uint8Array', size: '4 bytes' }, map: { type: 'Map', size: '1 entry' },
      trap: { type: 'Proxy' }, ran: { type: 'number', preview: '0' },
    });
    for (const hidden of ['__binvit', 'require', 'display', 'process', 'Array']) expect(variables).not.toHaveProperty(hidden);
  });

  it('row 40: passes questions of a cell on, and their answers back', async () => {
    const asked: unknown[] = [];
    const cell = await run('[await input("name?"), await input("word?", { password: true })]', {
      input: request => {
        asked.push(request);
        return Promise.resolve(`answer ${asked.length}`);
      },
    });
    expect(asked).toEqual([{ prompt: 'name?', password: false }, { prompt: 'word?', password: true }]);
    expect(cell.value).toBe("[ 'answer 1', 'answer 2' ]");
  });

  it('input() fails where nobody can be asked', async () => {
    expect(errorOf(await run('await input("name?")')).message).toMatch(/^input\(\): expected a front end that can ask, found none/);
  });

  it('answers 10,000 questions at once while cells run', async () => {
    const cells = Array.from({ length: 20 }, (_, cell) => run(String(cell)));
    const questions = Array.from({ length: 10_000 }, () => test.session.isComplete('f('));
    expect((await Promise.all(questions)).every(({ status }) => status === 'incomplete')).toBe(true);
    expect((await Promise.all(cells)).map(({ value }) => value)).toEqual(Array.from({ length: 20 }, (_, cell) => String(cell)));
  });

  it('gives the address of its inspector', async () => {
    expect(await test.session.inspectorUrl()).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\//);
  });

  it('restart ends what the cells have started too', async () => {
    await run("require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => fs.writeFileSync(`tick`, `${process.hrtime()}`), 20)']); 0");
    const tick = join(test.folder, 'tick');
    await vi.waitFor(() => { expect(existsSync(tick)).toBe(true); }, 10_000);
    await test.session.restart();
    // It may be about to write once more.
    await delay(100);
    const last = readFileSync(tick, 'utf8');
    await delay(300);
    expect(readFileSync(tick, 'utf8')).toBe(last);
  });

  it('restart forgets names, fails the cells that run and wait, and counts from 1', async () => {
    const running = run('await new Promise(() => {})');
    const waiting = run('2');
    await test.session.restart();
    expect(errorOf(await running)).toMatchObject({ kind: 'interrupted', message: 'the session was restarted before the cell ended' });
    expect(errorOf(await waiting).kind).toBe('interrupted');
    const fresh = await run('typeof number');
    expect(fresh.value).toBe("'undefined'");
    expect(fresh.result.executionCount).toBe(1);
  });

  it.each([
    ['whose folder is not there', [], 'the process could not be started in '],
    ['whose Node refuses an argument', ['--no-such-argument'], 'bad option: --no-such-argument'],
  ])('%s fails its cells with the reason, and starts when that is mended', async (_, args: string[], reason) => {
    const cwd = files.path('comes later');
    if (args.length > 0) mkdirSync(cwd);
    const notices: string[] = [];
    const session = startSession({ cwd, typeCheck: 'off', node: { path: process.execPath, args }, onNotice: sentence => { notices.push(sentence); } });
    const cell = (): Promise<unknown> => session.execute('1', { cell: { id: 'a' }, output: () => undefined });
    const refused = { status: 'error', error: { kind: 'crashed', name: 'SessionNotStarted', message: expect.stringContaining(reason) as string } };
    expect(await cell()).toMatchObject(refused);
    expect(await cell()).toMatchObject(refused);
    expect(await session.variables()).toEqual([]);
    expect(await session.inspectorUrl()).toBeNull();
    mkdirSync(cwd, { recursive: true });
    args.length = 0;
    await session.restart();
    expect(await cell()).toMatchObject({ status: 'ok' });
    expect(notices).toEqual([]);
    await session.close();
    rmSync(cwd, { recursive: true });
  });

  it('after close, cells fail and say so, and nothing starts it anew', async () => {
    const closed = startSession({ cwd: test.folder });
    await closed.close();
    await closed.restart();
    expect(await closed.variables()).toEqual([]);
    const result = await closed.execute('1', { cell: { id: 'a' }, output: () => undefined });
    expect(result).toMatchObject({ status: 'error', error: { message: 'the session was closed before the cell ended' } });
  });
});

describe('history', () => {
  it('is kept in a file over sessions, with tail, range and search', async () => {
    const historyFile = join(files.path('history'), 'cells.jsonl');
    for (const codes of [['a1', 'b1'], ['a2', 'b2', 'a2']]) {
      const session = startSession({ cwd: test.folder, typeCheck: 'off', historyFile });
      for (const code of codes) await session.execute(`"${code}"`, { cell: { id: 'a' }, output: () => undefined });
      if (codes.length === 3) {
        expect(session.history.tail(2).map(entry => [entry.session, entry.line, entry.code])).toEqual([[2, 2, '"b2"'], [2, 3, '"a2"']]);
        expect(session.history.range(0, 1, 3).map(entry => entry.code)).toEqual(['"a2"', '"b2"']);
        expect(session.history.range(-1, 1, null).map(entry => entry.code)).toEqual(['"a1"', '"b1"']);
        expect(session.history.search('*a?"', 10, true).map(entry => entry.code)).toEqual(['"a1"', '"a2"']);
      }
      await session.close();
    }
    expect(readFileSync(historyFile, 'utf8').trim().split('\n')).toHaveLength(5);
  });

  it('goes on from the sessions in the file, and leaves out what another kernel adds meanwhile', async () => {
    const historyFile = files.path('long.jsonl');
    const row = (session: number, code: string): string => `${JSON.stringify({ session, line: 1, code })}\n`;
    writeFileSync(historyFile, row(1, 'first') + row(3, 'of a newer kernel') + row(2, 'second') + '{"cut'.padEnd(99, '\0'));
    const session = startSession({ cwd: test.folder, typeCheck: 'off', historyFile });
    await session.execute('"own"', { cell: { id: 'a' }, output: () => undefined });
    // Another kernel that was started at the same time counts the same session.
    appendFileSync(historyFile, row(3, 'of another'));
    expect(session.history.tail(9).map(entry => [entry.session, entry.code])).toEqual([[1, 'first'], [3, 'of a newer kernel'], [2, 'second'], [3, '"own"']]);
    await session.close();
  });

  it.each(['below a file', 'on a full disk'])('where the file lies %s, cells run, and one sentence says so', async where => {
    const blocked = files.path('blocked');
    writeFileSync(blocked, '');
    const historyFile = where === 'on a full disk' ? files.path('cells.jsonl') : join(blocked, 'cells.jsonl');
    if (where === 'on a full disk') vi.spyOn(JsonlWriter.prototype, 'append').mockImplementation(() => { throw new Error('no space left'); });
    const notices: string[] = [];
    const session = startSession({
      cwd: test.folder, typeCheck: 'off', historyFile, onNotice: sentence => { notices.push(sentence); },
    });
    for (const code of ['1', '2']) {
      expect(await session.execute(code, { cell: { id: 'a' }, output: () => undefined })).toMatchObject({ status: 'ok' });
    }
    expect(session.history.tail(5).map(({ code }) => code)).toEqual(['1', '2']);
    expect(notices).toEqual([expect.stringMatching(/^history: cells cannot be added to .+ \(.+\); those of this session are forgotten when it ends$/)]);
    await session.close();
    vi.restoreAllMocks();
  });
});
