import { describe, expect, it } from 'vitest';
import { reportsDescriptor } from '../../../src/notebook/session/descriptors.js';
import { errorOf, sessionOfTest } from './session-of-test.js';

const session = sessionOfTest();
const { run } = session;

describe('cells', () => {
  it('row 34: the last value is the result, names live on in later cells, and an unknown name is an error with its place', async () => {
    expect((await run('let v = 42; v')).value).toBe('42');
    expect((await run('v + 1')).value).toBe('43');
    const error = errorOf(await run('nope()'));
    expect(error).toMatchObject({ kind: 'thrown', name: 'ReferenceError', message: 'nope is not defined' });
    expect(error.frames).toEqual([{ function: null, cell: { id: 'cell', name: 'Cell [3]' }, file: null, line: 1, column: 1 }]);
  });

  it('undefined is no result, null is one', async () => {
    expect((await run('undefined')).events).toEqual([]);
    expect((await run('null')).value).toBe('null');
  });

  it('row 7: values of one cell are instances of the classes of another', async () => {
    await run('const list = [1]');
    expect((await run('list instanceof Array && new Error() instanceof Error')).value).toBe('true');
  });

  it('row 29: a const cell runs twice, and a name may change its type', async () => {
    for (let times = 0; times < 2; times++) expect((await run('const x = 1; x')).value).toBe('1');
    expect((await run('const x = "s"; x')).value).toBe("'s'");
    expect((await run('function x() { return 3 }\nx()')).value).toBe('3');
    expect((await run('class x {}\nlet made = new x(); made')).value).toBe('x {}');
  });

  it('row 32: a cell starts when the promises of the cell before have settled', async () => {
    const first = run('var z: number; await new Promise(resolve => setTimeout(resolve, 30)); z = 1');
    const second = run('z');
    await first;
    expect((await second).value).toBe('1');
  });

  it('row 22: a value that is awaited comes, also when garbage is collected meanwhile', async () => {
    const cell = await run(`
      const { setFlagsFromString } = require('node:v8'); setFlagsFromString('--expose-gc');
      const collect = require('node:vm').runInNewContext('gc');
      for (let turn = 0; turn < 3; turn++) { collect(); await new Promise(resolve => setTimeout(resolve, 20)); collect(); }
      'the value'`);
    expect(cell.value).toBe("'the value'");
  });

  it('declarations of a cell that fails stay as far as it ran', async () => {
    await run('let ran = 10; throw new Error("x")');
    expect((await run('ran')).value).toBe('10');
  });

  it('the name that the session needs can be neither declared nor assigned, and goes on working', async () => {
    expect(errorOf(await run('const __binvit = 1')).message).toContain('the name __binvit is taken by the notebook itself');
    expect(errorOf(await run('__binvit = 1')).name).toBe('TypeError');
    expect((await run('(await import("node:path")).sep')).value).toBe("'/'");
  });

  it('counts cells, but not silent ones and those that are not stored', async () => {
    const before = session.session.executionCount;
    await run('1', { silent: true });
    expect((await run('"unstored"', { storeHistory: false })).value).toBe("'unstored'");
    expect(session.session.executionCount).toBe(before);
    const counts: number[] = [];
    await run('1', { started: count => { counts.push(count); } });
    expect(counts).toEqual([before + 1]);
  });

  it('shows nothing of a silent cell', async () => {
    expect((await run('console.log(1); 2', { silent: true })).events).toEqual([]);
  });

  it('evaluates an expression without output', async () => {
    await run('let evaluated = { a: 1 }');
    expect(await session.session.evaluate('evaluated.a + 1')).toEqual({ status: 'ok', data: { 'text/plain': '2' } });
    expect(await session.session.evaluate('missing')).toMatchObject({ status: 'error', error: { name: 'ReferenceError' } });
  });
});

describe('streams', () => {
  it('rows 17 and 18: every line comes, in order, under its own cell, also when the cells come in one burst', async () => {
    const cells = await Promise.all(['a', 'b', 'c'].map(name => run(`for (let i = 0; i < 5; i++) console.log('${name}' + i)`)));
    expect(cells.map(cell => cell.text)).toEqual(['a', 'b', 'c'].map(name => [0, 1, 2, 3, 4].map(i => `${name}${i}\n`).join('')));
  });

  it('row 5: two lines that are printed one after the other both come', async () => {
    expect((await run('console.log(1); console.log(2)')).text).toBe('1\n2\n');
  });

  it('10,000 lines come, all of them, in order', async () => {
    const cell = await run('for (let i = 0; i < 10000; i++) console.log(i)');
    expect(cell.text).toBe(Array.from({ length: 10_000 }, (_, i) => `${i}\n`).join(''));
  });

  it('stdout and stderr keep their order', async () => {
    const cell = await run('console.log("a"); console.error("b"); console.log("c")');
    expect(cell.events).toEqual([
      { type: 'stream', name: 'stdout', text: 'a\n' }, { type: 'stream', name: 'stderr', text: 'b\n' }, { type: 'stream', name: 'stdout', text: 'c\n' },
    ]);
  });

  it('what a child process prints comes before the cell ends', async () => {
    const cell = await run("require('node:child_process').spawnSync(process.execPath, ['-e', 'console.log(1234)'], { stdio: 'inherit' }).status");
    expect(cell.events[0]).toEqual({ type: 'stream', name: 'stdout', text: '1234\n' });
    expect(cell.value).toBe('0');
  });

  it('what child processes and direct writes print keeps its place among what the cell prints, also while the front end is busy', async () => {
    const writers = {
      'writeSync': 'const child = () => require("node:fs").writeSync(1, "child\\n")',
      'writevSync': 'const child = () => require("node:fs").writevSync(1, [Buffer.from("child\\n")])',
      'execSync': 'const child = () => require("node:child_process").execSync("echo child; echo error >&2", { stdio: "inherit" })',
      'spawn': 'const child = () => new Promise(resolve => { require("node:child_process").spawn("echo", ["child"], { stdio: "inherit" }).on("exit", resolve) })',
    };
    for (const [name, declaration] of Object.entries(writers)) {
      await run(declaration);
      for (let time = 0; time < 40; time++) {
        const cell = run('console.log("before"); await child(); console.log("between"); await child(); console.log("after")');
        setTimeout(() => {
          const end = performance.now() + 20;
          while (performance.now() < end);
        }, time % 10);
        const { events } = await cell;
        const stdout = events.map(event => (event.type === 'stream' && event.name === 'stdout' ? event.text : '')).join('');
        expect(stdout, name).toBe('before\nchild\nbetween\nchild\nafter\n');
      }
    }
  });

  it('never splits a character, whatever the bytes of the writes are', async () => {
    const cell = await run("for (const byte of Buffer.from('größe 😀')) process.stdout.write(Buffer.of(byte))");
    expect(cell.text).toBe('größe 😀');
    for (const event of cell.events) expect(event).not.toMatchObject({ text: expect.stringContaining('\ufffd') as string });
  });

  it('a display and a result of 10 MB come whole, also where the pipe was made non-blocking and takes them in pieces', async () => {
    const large = "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/plain': 'x'.repeat(1e7) }) })";
    for (const before of ['', `new (require('node:net').Socket)({ fd: ${reportsDescriptor}, readable: false });`]) {
      const cell = await run(`${before} display(${large}); ${large}`);
      expect(cell.events[0]).toMatchObject({ type: 'display', data: { 'text/plain': 'x'.repeat(1e7) } });
      expect(cell.events[1]).toMatchObject({ type: 'result', data: { 'text/plain': 'x'.repeat(1e7) } });
    }
  });

  it('what a timer prints after the end of its cell belongs to that cell', async () => {
    const late = await run('setTimeout(() => { console.log("late") }, 40); 1');
    const next = await run('await new Promise(resolve => setTimeout(resolve, 120))');
    expect(late.text).toBe('late\n');
    expect(next.text).toBe('');
  });
});
