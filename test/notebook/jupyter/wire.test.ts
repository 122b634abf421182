import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../temporary-folder.js';
import { executed, type Received } from './client.js';
import { kernelForTests } from './process.js';

const kernel = kernelForTests(temporaryFolder());
const types = (messages: readonly Received[]): string[] => messages.map(({ type, content }) => (type === 'status' ? content.execution_state as string : type));
const pause = (ms: number): Promise<void> => new Promise(resolve => { setTimeout(resolve, ms); });

/** Interrupts a cell while it runs. */
async function interrupted(code: string): Promise<ReturnType<typeof executed>> {
  const cell = kernel.client.submit(code);
  while (!cell.iopub.some(({ type }) => type === 'stream')) await pause(5);
  await kernel.client.ask('control', 'interrupt_request', {});
  return executed(cell);
}

describe('a cell of a real session', () => {
  it('gives its value as execute_result after its output, with its count', async () => {
    const { reply, iopub, outputs } = await kernel.client.execute('console.log("before"); 6 * 7');
    expect(types(iopub)).toEqual(['busy', 'execute_input', 'stream', 'execute_result', 'idle']);
    expect(outputs[1]!.content).toMatchObject({ data: { 'text/plain': '42' }, metadata: {}, execution_count: reply.content.execution_count! });
  });

  it('row 5: has a fresh id for every message and keeps both lines', async () => {
    const { stdout } = await kernel.client.execute('console.log(1); console.log(2)');
    expect(stdout).toBe('1\n2\n');
    expect(new Set(kernel.client.received.map(({ header }) => header.msg_id)).size).toBe(kernel.client.received.length);
  });

  it('row 13: fails as interrupted while it waits, and the state is kept', async () => {
    await kernel.client.execute('let keep = 1');
    const { reply, outputs } = await interrupted('console.log("waiting"); await new Promise(resolve => setTimeout(resolve, 60_000))');
    expect(reply.content.status).toBe('error');
    expect(types(outputs)).toEqual(['stream', 'error']);
    expect((await kernel.client.execute('keep')).outputs[0]!.content).toMatchObject({ data: { 'text/plain': '1' } });
  });

  it('row 14: is interrupted in an endless loop', async () => {
    const { reply } = await interrupted('let turns = 0; console.log("looping"); while (true) turns += 1;');
    expect(reply.content.status).toBe('error');
    expect((await kernel.client.execute('turns > 0 && keep === 1')).outputs[0]!.content).toMatchObject({ data: { 'text/plain': 'true' } });
  });

  it('row 15: that throws gives one error and the same in its reply, with the typed line', async () => {
    const { reply, outputs, stderr } = await kernel.client.execute('const before = 1;\n\nthrow new TypeError("x")');
    expect(reply.content).toMatchObject({ status: 'error', ename: 'TypeError', evalue: 'x' });
    expect(types(outputs)).toEqual(['error']);
    expect(stderr).toBe('');
    expect((outputs[0]!.content.traceback as string[]).join('\n')).toMatch(/Cell \[\d+\]:3:7/);
  });

  it('row 17: prints five lines in order', async () => {
    expect((await kernel.client.execute('for (let i = 0; i < 5; i++) console.log(i)')).stdout).toBe('0\n1\n2\n3\n4\n');
  });

  it('row 18: has its line under itself when several are sent as one burst, and all before its idle', async () => {
    const cells = ['a', 'b', 'c'].map(name => kernel.client.submit(`console.log("${name}")`));
    expect((await Promise.all(cells.map(executed))).map(({ stdout }) => stdout)).toEqual(['a\n', 'b\n', 'c\n']);
  });

  it('keeps stdout and stderr in order and shows what child processes print', async () => {
    const { outputs } = await kernel.client.execute('console.log("1"); console.error("2"); console.log("3")');
    expect(outputs.map(({ content }) => `${content.name as string} ${content.text as string}`)).toEqual(['stdout 1\n', 'stderr 2\n', 'stdout 3\n']);
    const child = await kernel.client.execute('import { execSync } from "node:child_process"; execSync("echo from a child", { stdio: "inherit" }); void 0');
    expect(child.stdout).toBe('from a child\n');
  });

  it('shows 10,000 lines, each once and in order', async () => {
    const { stdout } = await kernel.client.execute('for (let i = 0; i < 10_000; i++) console.log(i)');
    expect(stdout.trimEnd().split('\n')).toEqual(Array.from({ length: 10_000 }, (_, line) => String(line)));
  });

  it('rows 11 and 36: shows a figure as one bundle of plotly JSON, a picture and text', async () => {
    const { outputs } = await kernel.client.execute('void show([{ y: [1, 2] }])');
    // The picture takes its time, so it comes as an update of the same display.
    expect(types(outputs)).toEqual(['display_data', 'update_display_data']);
    expect(outputs[1]!.content.transient).toEqual(outputs[0]!.content.transient);
    const data = outputs[1]!.content.data as Record<string, unknown>;
    expect(data['application/vnd.plotly.v1+json']).toMatchObject({ data: [{ y: [1, 2] }] });
    expect(Object.keys(data)).toEqual(expect.arrayContaining(['image/svg+xml', 'text/plain']));
  });

  it('row 40: asks for input, also hidden; where nobody can be asked the call fails', async () => {
    const questions: unknown[] = [];
    kernel.client.onInput = content => {
      questions.push(content);
      return 'Ada';
    };
    const code = '(await input("n?")) + (await input("secret?", { password: true }))';
    expect((await kernel.client.execute(code)).outputs[0]!.content).toMatchObject({ data: { 'text/plain': "'AdaAda'" } });
    expect(questions).toEqual([{ prompt: 'n?', password: false }, { prompt: 'secret?', password: true }]);
    expect((await kernel.client.execute(code, { allow_stdin: false })).reply.content.status).toBe('error');
  });

  it('an interrupt releases a cell that waits for input', async () => {
    kernel.client.onInput = () => null;
    const cell = kernel.client.submit('await input("never answered")');
    while (!kernel.client.received.some(({ content }) => content.prompt === 'never answered')) await pause(5);
    await kernel.client.ask('control', 'interrupt_request', {});
    expect((await executed(cell)).reply.content.status).toBe('error');
    kernel.client.onInput = () => 'next';
    expect((await kernel.client.execute('await input("again")')).outputs[0]!.content).toMatchObject({ data: { 'text/plain': "'next'" } });
  });

  it('row 41: that fails keeps those behind it from running', async () => {
    const [failing, behind] = [kernel.client.submit('throw new Error("x")'), kernel.client.submit('globalThis.ranBehind = 2')];
    expect((await executed(failing)).reply.content.status).toBe('error');
    expect(await executed(behind)).toMatchObject({ reply: { content: { status: 'error', ename: 'NotRun' } }, outputs: [] });
  });

  it('silent shows and counts nothing, store_history: false does not count, an empty one is fine', async () => {
    const count = async (): Promise<number> => (await kernel.client.execute('0')).reply.content.execution_count as number;
    const before = await count();
    expect((await kernel.client.execute('console.log("x"); 1', { silent: true })).outputs).toEqual([]);
    expect(types((await kernel.client.execute('1', { store_history: false })).outputs)).toEqual(['execute_result']);
    expect(await count()).toBe(before + 1);
    expect((await kernel.client.execute('')).reply.content.status).toBe('ok');
  });

  it('name? shows help in the pager', async () => {
    const { reply } = await kernel.client.execute('Math.hypot?');
    expect(reply.content.payload).toMatchObject([{ source: 'page', start: 0, data: { 'text/plain': expect.stringContaining('hypot') as string } }]);
    expect((await kernel.client.execute('nothingOfThatName?')).stderr).toBe('nothing is known of nothingOfThatName\n');
  });
});

describe('questions about code', () => {
  it('row 40: complete by type, with positions in code points', async () => {
    await kernel.client.execute('const t = [1, 2]');
    const code = '"😀"; t.';
    const reply = await kernel.client.ask('shell', 'complete_request', { code, cursor_pos: 7 });
    expect(reply).toMatchObject({ status: 'ok', cursor_start: 7, cursor_end: 7 });
    expect(reply.matches).toEqual(expect.arrayContaining(['map', 'length']));
    expect(await kernel.client.ask('shell', 'complete_request', { code: 't.flatM', cursor_pos: 7 })).toMatchObject({ matches: ['flatMap'], cursor_start: 2, cursor_end: 7 });
  });

  it('inspect as text, Markdown and HTML', async () => {
    const reply = await kernel.client.ask('shell', 'inspect_request', { code: '"😀"; t.map', cursor_pos: 10, detail_level: 0 });
    expect(reply).toMatchObject({ status: 'ok', found: true });
    expect(Object.keys(reply.data as object).sort()).toEqual(['text/html', 'text/markdown', 'text/plain']);
    expect(await kernel.client.ask('shell', 'inspect_request', { code: ' ', cursor_pos: 0, detail_level: 0 })).toEqual({ status: 'ok', found: false, data: {}, metadata: {} });
  });

  it('history by tail, range and search', async () => {
    await kernel.client.execute('"remembered"');
    const ask = async (content: Record<string, string | number | boolean>): Promise<unknown[][]> =>
      (await kernel.client.ask('shell', 'history_request', { raw: true, output: false, ...content })).history as unknown[][];
    const [[session, line, code]] = await ask({ hist_access_type: 'tail', n: 1 }) as [[number, number, string]];
    expect(code).toBe('"remembered"');
    expect(await ask({ hist_access_type: 'range', session, start: line, stop: line + 1 })).toEqual([[session, line, code]]);
    expect(await ask({ hist_access_type: 'search', pattern: '*remem*', n: 5, unique: true })).toEqual([[session, line, code]]);
    expect(await ask({ hist_access_type: 'tail', n: 1, output: true })).toEqual([[session, line, [code, null]]]);
  });
});
