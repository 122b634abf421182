import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/backend/index.js';
import { errorOf, sessionOfTest } from './session-of-test.js';

const test = sessionOfTest();
const { run, interrupted } = test;
const sleep = (ms: number): Promise<void> => new Promise(resolve => { setTimeout(resolve, ms); });

/** Ways to keep a session busy. */
const busy: Readonly<Record<string, string>> = {
  'an endless loop': 'for (;;);',
  'a loop that catches everything': 'for (;;) { try { for (;;); } catch {} finally { } }',
  'a loop after an await': 'await null; for (;;);',
  'a loop in a timer': 'setTimeout(() => { for (;;); }); await new Promise(() => {})',
  'endless microtasks': '(function again() { void Promise.resolve().then(again) })(); await new Promise(resolve => setTimeout(resolve))',
  'endless ticks': '(function again() { process.nextTick(again) })(); await new Promise(resolve => setTimeout(resolve))',
  'endless immediates': '(function again() { setImmediate(again) })(); await new Promise(() => {})',
  'endless printing': 'for (;;) console.log("x")',
  'waiting': 'await new Promise(() => {})',
  'an asynchronous loop': 'for (;;) await new Promise(resolve => setTimeout(resolve, 1))',
  'a busy asynchronous loop': 'for (;;) { await null; for (let i = 0; i < 1e5; i++); }',
};

describe('interrupt', () => {
  it.each(Object.entries(busy))('rows 13 and 14: stops %s and keeps the state', async (_, code) => {
    await run('let keep = 1');
    expect(errorOf(await interrupted(`console.log("running"); ${code}`)).kind).toBe('interrupted');
    expect((await run('await new Promise(resolve => setTimeout(resolve, 2)); keep')).value).toBe('1');
  });

  it('prints on after endless printing was stopped, wherever that was', async () => {
    for (let time = 0; time < 20; time++) {
      await interrupted('console.log("running"); for (;;) console.log("x")');
      expect((await run('console.log("still here")')).text).toBe('still here\n');
    }
  });

  it('what a stopped cell would do later is not done', async () => {
    await run('let turns = 0');
    await interrupted('setInterval(() => { turns++ }, 1); console.log("running"); for (;;) { await new Promise(resolve => setTimeout(resolve, 1)); turns++ }');
    const now = (await run('turns')).value;
    await sleep(60);
    // What was on its way when the cell stopped may count once more.
    expect(Number((await run('turns')).value) - Number(now)).toBeLessThanOrEqual(2);
  });

  it('stops a loop in an imported module, which loads when it is mended', async () => {
    test.write('loop.ts', 'console.log("running"); for (;;);');
    expect(errorOf(await interrupted('import "./loop"')).kind).toBe('interrupted');
    test.write('loop.ts', 'export const mended: number = 1;');
    expect((await run('import { mended } from "./loop"; mended')).value).toBe('1');
  });

  it('releases a cell that waits for an answer', async () => {
    let asked: AbortSignal | null = null;
    const cell = run('await input("name?")', {
      input: (_request, signal) => {
        asked = signal;
        void test.session.interrupt();
        return new Promise(() => undefined);
      },
    });
    expect(errorOf(await cell).kind).toBe('interrupted');
    expect(asked).toMatchObject({ aborted: true });
  });

  it('loses nothing of what the cell has shown, also where nothing of it was read yet', async () => {
    // The session has heard all of the last cell by then, and sends this one at once.
    await sleep(100);
    const cell = run('console.log("shown"); require("node:fs").writeFileSync("started", ""); await new Promise(() => {})');
    await new Promise(resolve => { setImmediate(resolve); });
    // In one go, so that the session does not even know that the cell was sent.
    for (const end = Date.now() + 30_000; !existsSync(join(test.folder, 'started')) && Date.now() < end;);
    await test.session.interrupt();
    expect((await cell).text).toBe('shown\n');
    expect(errorOf(await cell).kind).toBe('interrupted');
  });

  it('without a running cell does nothing', async () => {
    await test.session.interrupt();
    expect((await run('keep')).value).toBe('1');
  });

  it('100 times at random moments: every cell ends, the state is kept', async () => {
    await run('let count = 0');
    const random = Random.seeded(5);
    const ways = Object.values(busy);
    for (let time = 0; time < 100; time++) {
      const cell = run(ways[time % ways.length]!);
      await sleep(random.uniform() * 8);
      await test.session.interrupt();
      expect(errorOf(await cell).kind).toBe('interrupted');
      expect((await run('++count')).value).toBe(String(time + 1));
    }
    expect(test.notices).toEqual([]);
  });
});
