import { describe, expect, it } from 'vitest';
import { errorOf, sessionOfTest } from './session-of-test.js';

const test = sessionOfTest({ typeCheck: 'error' });
const { run } = test;

describe('errors', () => {
  it('rows 15 and 16: an error has its class, its message, and the line and column as typed', async () => {
    const error = errorOf(await run('console.log(1)\n\n\nthrow new TypeError("f")'));
    expect(error).toMatchObject({ kind: 'thrown', name: 'TypeError', message: 'f' });
    expect(error.frames[0]).toMatchObject({ function: null, line: 4, column: 7 });
    expect(error.traceback.join('\n')).toContain('> 4 | throw new TypeError("f")');
  });

  it('row 16: positions hold through classes, generics and asynchronous calls, from a later cell too', async () => {
    await run(`class Box<T> {
  constructor(private readonly content: T) {}
  async open(): Promise<T> {
    await null;
    if (this.content === null) throw new Error("empty");
    return this.content;
  }
}`);
    const { frames } = errorOf(await run('\nawait new Box<null>(null).open()'));
    expect(frames.map(frame => [frame.function, frame.cell?.name, frame.line])).toEqual([['Box.open', 'Cell [2]', 5], [null, 'Cell [3]', 2]]);
  });

  it('tells causes and the errors of an AggregateError', async () => {
    const error = errorOf(await run('throw new AggregateError([new RangeError("one"), 2], "all", { cause: new Error("why") })'));
    expect(error).toMatchObject({ name: 'AggregateError', cause: { message: 'why' }, errors: [{ name: 'RangeError', message: 'one' }, { name: 'number', message: '2' }] });
    expect(error.traceback.join('\n')).toContain('caused by Error: why');
  });

  it('a thrown value that is no Error has the name of its type', async () => {
    expect(errorOf(await run('throw "text"'))).toMatchObject({ name: 'string', message: "'text'", frames: [] });
  });

  it.each([
    ['a proxy all of whose traps throw', 'throw new Proxy({}, new Proxy({}, { get() { throw 1 } }))', 'object', '{}'],
    ['a proxy of an error', 'throw new Proxy(new Error("inside"), { get() { throw 1 }, getOwnPropertyDescriptor() { throw 1 } })', 'Error', ''],
    ['an error whose fields throw', 'throw Object.defineProperties(new Error("x"), { message: { get() { throw 1 } }, cause: { get() { throw 1 } } })', 'Error', ''],
    ['an error of another context', 'require("node:vm").runInNewContext("throw new RangeError(`far`)")', 'RangeError', 'far'],
    ['nothing', 'throw undefined', 'undefined', 'undefined'],
  ])('whatever is thrown ends the cell: %s', async (_, code, name, message) => {
    expect(errorOf(await run(`// @ts-nocheck\n${code}`))).toMatchObject({ kind: 'thrown', name, message });
  });

  it('row 21: a type error comes with line and column, and nothing of the cell runs', async () => {
    const cell = await run('console.log("ran")\nconst text: string = 5');
    expect(cell.text).toBe('');
    expect(errorOf(cell)).toMatchObject({ kind: 'type', diagnostics: [{ code: 2322, range: { line: 2, column: 7 } }] });
  });

  it('a cell that does not parse is a syntax error', async () => {
    expect(errorOf(await run('let = ;'))).toMatchObject({ kind: 'syntax', name: 'SyntaxError' });
  });

  it('row 27: the import of the browser bundle of plotly names the figure helper', async () => {
    expect(errorOf(await run('import Plotly from "plotly.js-dist"')).message).toContain('show({ data, layout })');
    expect(errorOf(await run('// @ts-nocheck\nimport Plotly from "plotly.js-dist"')).message).toContain('show({ data, layout })');
  });

  it('an unhandled rejection and an exception in a timer show under their cell, and the session lives on', async () => {
    const cell = await run(`let alive = 7;
void Promise.reject(new Error("rejected"));
setTimeout(() => { throw new Error("in a timer") }, 5);
await new Promise(resolve => setTimeout(resolve, 50)); alive`);
    expect(cell.value).toBe('7');
    expect(cell.text).toMatch(/Uncaught \(in promise\) Error: rejected[^]*:2:21[^]*Uncaught Error: in a timer[^]*:3:26/);
    expect(test.notices).toEqual([]);
  });

  it('a rejection that nobody handles when its cell has ended shows under that cell, whatever it is rejected with', async () => {
    const early = await run('setTimeout(() => { void Promise.reject(new RangeError("late")); void Promise.reject(5) }, 20); let alive2 = 8');
    const next = await run('await new Promise(resolve => setTimeout(resolve, 100)); alive2');
    expect([early.result.status, next.value]).toEqual(['ok', '8']);
    expect(early.text).toMatch(/^Uncaught \(in promise\) RangeError: late\n[^]*Cell \[\d+\]:1:40[^]*\nUncaught \(in promise\) number: 5\n$/);
    expect(next.text).toBe('');
    expect(test.notices).toEqual([]);
  });
});
