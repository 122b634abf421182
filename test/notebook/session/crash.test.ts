import { describe, expect, it } from 'vitest';
import { errorOf, sessionOfTest } from './session-of-test.js';

const test = sessionOfTest({ node: { path: process.execPath, args: ['--max-old-space-size=64'], env: { ...process.env as Record<string, string> } } });
const { run } = test;

describe('a cell that ends the process', () => {
  it.each([
    ['process.exit()', 'process.exit(3)', /ended the session's process by process\.exit\(3\)/],
    ['process.abort()', 'process.abort()', /ended the session's process by process\.abort\(\)/],
    ['a signal', 'process.kill(process.pid, "SIGKILL"); await new Promise(() => {})', /ended by signal SIGKILL/],
    ['a full heap', 'const kept: unknown[] = []; for (;;) kept.push(new Array(1e5).fill({}).map(() => ({})))', /out of memory/],
  ])('by %s fails with that reason, and the next one runs in a fresh session', async (_, code, reason) => {
    await run('let before = 1; console.log("kept output")');
    const noticesBefore = test.notices.length;
    const cell = await run(`console.log("printed before");\n${code}`);
    expect(errorOf(cell)).toMatchObject({ kind: 'crashed', message: expect.stringMatching(reason) as string });
    expect(cell.text).toContain('printed before');
    // The cell's error says all of it.
    expect(test.notices.length).toBe(noticesBefore);
    expect((await run('typeof before')).value).toBe("'undefined'");
  });

  it('tells the place of process.exit()', async () => {
    expect(errorOf(await run('\nprocess.exit()')).frames[0]).toMatchObject({ line: 2 });
  });

  it('in a timer after its cell has ended, the session starts anew and says so', async () => {
    await run('setTimeout(() => { process.exit(5) }, 20); let before = 1');
    await expect.poll(() => test.notices, { timeout: 10_000 }).toEqual([
      "the cell ended the session's process by process.exit(5); the session starts anew, its names and values are lost",
    ]);
    expect((await run('typeof before')).value).toBe("'undefined'");
    await run('setTimeout(() => { process.kill(process.pid, "SIGKILL") }, 20)');
    await expect.poll(() => test.notices.slice(1), { timeout: 10_000 }).toEqual(['the process was ended by signal SIGKILL; the session starts anew, its names and values are lost']);
  });
});
