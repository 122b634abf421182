import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../temporary-folder.js';
import { executed, KernelClient, type JsonObject, type Received } from './client.js';
import { kernelForTests } from './process.js';

/* Jupyter's protocol, message by message, as far as wire.test.ts does not have it yet. */

const kernel = kernelForTests(temporaryFolder());
const types = (messages: readonly Received[]): string[] => messages.map(({ type, content }) => (type === 'status' ? content.execution_state as string : type));
const shown = (messages: readonly Received[]): JsonObject[] => messages.map(({ content }) => content.data as JsonObject);

describe('headers', () => {
  it('answer the header of the request as it came, also what the protocol does not know, with the kernel\'s own session and time', async () => {
    const header = { msg_id: 'of-this-test', msg_type: 'execute_request', session: 'of the client', username: 'Ada', date: '2024-01-01T00:00:00.123456+05:30', version: '5.0', more: { deep: ['ß😀', null, 0.5] } };
    const content = { code: 'console.log(1); display(2); 3', silent: false, store_history: false, user_expressions: {}, allow_stdin: false, stop_on_error: true };
    await kernel.client.shell.send(kernel.client.sign([header, {}, {}, content].map(part => JSON.stringify(part))));
    const answers = (): Received[] => kernel.client.received.filter(({ parentHeader }) => parentHeader.msg_id === 'of-this-test');
    await expect.poll(() => types(answers()).sort(), { timeout: 10_000 }).toEqual(['busy', 'display_data', 'execute_input', 'execute_reply', 'execute_result', 'idle', 'stream']);
    const sessions = new Set<unknown>();
    for (const answer of answers()) {
      expect(answer.parentHeader).toEqual(header);
      expect(answer.header).toMatchObject({ msg_type: answer.type, version: expect.stringMatching(/^5\.[3-9]/) as string, date: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string });
      sessions.add(answer.header.session);
    }
    expect(sessions.size).toBe(1);
    expect(sessions).not.toContain('of the client');
  });

  it('stand behind one frame on iopub, the topic, and behind none that the kernel adds elsewhere', async () => {
    const from = kernel.client.received.length;
    await kernel.client.execute('console.log(1)');
    const messages = kernel.client.received.slice(from);
    expect(new Set(messages.filter(({ channel }) => channel === 'iopub').map(({ topics, type }) => topics.length === 1 && topics[0] === type))).toEqual(new Set([true]));
    expect(messages.filter(({ channel }) => channel === 'shell').map(({ topics }) => topics)).toEqual([[]]);
  });
});

describe('status', () => {
  it('is busy and idle around every request, one cell after the other, on both channels', async () => {
    const from = kernel.client.received.length;
    const cells = ['a', 'b', 'c'].map(name => kernel.client.submit(`console.log("${name}"); await new Promise(resolve => setTimeout(resolve, 5))`));
    await Promise.all(cells.map(executed));
    const statuses = kernel.client.received.slice(from).filter(({ type }) => type === 'status').map(({ parentHeader, content }) => [cells.findIndex(({ id }) => id === parentHeader.msg_id), content.execution_state]);
    expect(statuses).toEqual([[0, 'busy'], [0, 'idle'], [1, 'busy'], [1, 'idle'], [2, 'busy'], [2, 'idle']]);
    for (const channel of ['shell', 'control'] as const) {
      expect(types(await kernel.client.request(channel, 'kernel_info_request', {}).idle)).toEqual(['busy', 'idle']);
    }
  });

  it('is idle after all output: long text, pictures that take their time, and what a child process prints at last', async () => {
    const { iopub, stdout } = await kernel.client.execute('void show([{ y: [1, 2] }]); for (let i = 0; i < 10_000; i++) console.log("line", i); require("node:child_process").execSync("sleep 0.1; echo last", { stdio: "inherit" }); void 0');
    expect(types(iopub).filter(type => type === 'idle')).toHaveLength(1);
    expect(types(iopub).at(-1)).toBe('idle');
    expect(stdout.split('\n')).toHaveLength(10_002);
    expect(stdout).toContain('last\n');
    expect(types(iopub)).toContain('update_display_data');
  });
});

describe('execute_request', () => {
  it('is told as execute_input before any output, with its code and count', async () => {
    const code = 'console.log("ß😀");\n1';
    const { iopub, reply } = await kernel.client.execute(code);
    expect(types(iopub).slice(0, 2)).toEqual(['busy', 'execute_input']);
    expect(iopub[1]!.content).toEqual({ code, execution_count: reply.content.execution_count });
  });

  it('with silent or store_history: false leaves no trace in history and count', async () => {
    const { reply } = await kernel.client.execute('"kept"');
    await kernel.client.execute('"silent"', { silent: true });
    await kernel.client.execute('"unstored"', { store_history: false });
    const { status, history } = await kernel.client.ask('shell', 'history_request', { hist_access_type: 'tail', n: 1, raw: true, output: false }) as { status: string; history: unknown[][] };
    expect([status, history[0]![2]]).toEqual(['ok', '"kept"']);
    expect((await kernel.client.execute('0')).reply.content.execution_count).toBe(Number(reply.content.execution_count) + 1);
  });

  it('with stop_on_error: false lets the cells behind it run', async () => {
    const [failing, behind] = [kernel.client.submit('throw new Error("x")', { stop_on_error: false }), kernel.client.submit('6 * 7')];
    expect((await executed(failing)).reply.content.status).toBe('error');
    expect(shown((await executed(behind)).outputs)).toEqual([{ 'text/plain': '42' }]);
  });

  it('answers user_expressions one by one, each with its own error, and shows nothing of them', async () => {
    const { reply, outputs } = await kernel.client.execute('const seven = 7', { user_expressions: { good: 'seven * 6', bad: 'nope()', list: '[seven]', printing: 'console.log("printed")' } });
    expect(outputs).toEqual([]);
    expect(reply.content).toMatchObject({
      status: 'ok', user_expressions: {
        good: { status: 'ok', data: { 'text/plain': '42' }, metadata: {} }, list: { status: 'ok', data: { 'text/plain': '[ 7 ]' } }, printing: { status: 'ok' },
        bad: { status: 'error', ename: 'ReferenceError', evalue: 'nope is not defined', traceback: expect.arrayContaining(['ReferenceError: nope is not defined']) as string[] },
      },
    });
  });

  it('with allow_stdin: false sends no question: the call fails and says what to do', async () => {
    const { reply } = await kernel.client.execute('await input("not asked")', { allow_stdin: false });
    expect(reply.content).toMatchObject({ status: 'error', evalue: expect.stringContaining('expected a front end that can ask, found none; give the value as a parameter') as string });
    expect(kernel.client.received.filter(({ content }) => content.prompt === 'not asked')).toEqual([]);
  });
});

describe('errors', () => {
  it.each([
    ['"text"', 'string', "'text'"], ['undefined', 'undefined', 'undefined'], ['null', 'null', 'null'], ['{ code: 5 }', 'Object', '{ code: 5 }'], ['404', 'number', '404'],
  ])('of a thrown %s have name and value, and are the only output', async (thrown, ename, evalue) => {
    const { reply, outputs } = await kernel.client.execute(`throw ${thrown}`);
    const error = { ename, evalue, traceback: [`${ename}: ${evalue}`] };
    expect(outputs.map(({ type, content }) => [type, content])).toEqual([['error', error]]);
    expect(reply.content).toEqual({ status: 'error', execution_count: expect.any(Number) as number, ...error });
  });

  it('tell their cause and the errors of an AggregateError, in lines of text', async () => {
    const { reply, outputs } = await kernel.client.execute('throw new AggregateError([new RangeError("one"), "two"], "all", { cause: new TypeError("why") })');
    const lines = outputs[0]!.content.traceback as string[];
    expect(lines.every(line => typeof line === 'string' && !line.includes('\n') && !line.includes('\u001b'))).toBe(true);
    expect(lines.join('\n')).toMatch(/^AggregateError: all\n[^]*caused by TypeError: why\n[^]*error 1: RangeError: one\n[^]*error 2: string: 'two'/);
    expect(reply.content.traceback).toEqual(lines);
  });
});

describe('displays', () => {
  it('hold JSON as objects and pictures as base64 in one line, with their metadata', async () => {
    const bundle = '{ "application/json": { a: [1, null] }, "application/vnd.test+json": [1], "image/png": new Uint8Array(100).fill(251), "text/plain": "t" }';
    const { outputs } = await kernel.client.execute(`void display({ [Symbol.for("Jupyter.display")]: () => (${bundle}) })`);
    expect(outputs.map(({ type }) => type)).toEqual(['display_data']);
    expect(outputs[0]!.content).toMatchObject({ metadata: {}, transient: { display_id: expect.any(String) as string } });
    expect(shown(outputs)).toEqual([{ 'application/json': { a: [1, null] }, 'application/vnd.test+json': [1], 'image/png': Buffer.alloc(100, 251).toString('base64'), 'text/plain': 't' }]);
  });

  it('are updated from a later cell without a new output, as part of that cell', async () => {
    await kernel.client.execute('void display("one", { id: "of this test" })');
    const { outputs, reply } = await kernel.client.execute('void display("two", { id: "of this test", update: true })');
    expect(outputs).toMatchObject([{ type: 'update_display_data', parentHeader: reply.parentHeader, content: { data: { 'text/plain': "'two'" }, metadata: {}, transient: { display_id: 'of this test' } } }]);
  });

  it('are cleared at once, or with wait when the next output comes', async () => {
    const { outputs } = await kernel.client.execute('console.log(1); clear(); console.log(2); clear({ wait: true }); console.log(3)');
    expect(types(outputs)).toEqual(['stream', 'clear_output', 'stream', 'clear_output', 'stream']);
    expect(outputs.filter(({ type }) => type === 'clear_output').map(({ content }) => content)).toEqual([{ wait: false }, { wait: true }]);
  });
});

describe('streams', () => {
  it('never split a character, whatever the bytes of the writes are, of the cell or of a child process', async () => {
    const { stdout } = await kernel.client.execute(`for (const byte of Buffer.from('größe 😀\\n')) process.stdout.write(Buffer.of(byte));
const child = 'for (const byte of Buffer.from("größe 😀\\\\n")) { require("fs").writeSync(1, Buffer.of(byte)); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 15) }';
require('node:child_process').execFileSync(process.execPath, ['-e', child], { stdio: 'inherit' });
void 0`);
    expect(stdout).toBe('größe 😀\ngröße 😀\n');
    for (const { type, content } of kernel.client.received) if (type === 'stream') expect(content.text).not.toContain('\ufffd');
  });
});

describe('questions', () => {
  it('have all fields of their answers where there is nothing to tell', async () => {
    const ask = (type: string, content: JsonObject): Promise<JsonObject> => kernel.client.ask('shell', type, content);
    expect(await ask('complete_request', { code: '"😀"; nothingOfThatKind', cursor_pos: 22 })).toEqual({ status: 'ok', matches: [], cursor_start: 5, cursor_end: 22, metadata: { _jupyter_types_experimental: [] } });
    expect(await ask('inspect_request', { code: '"😀"; nothingOfThatKind', cursor_pos: 22, detail_level: 1 })).toEqual({ status: 'ok', found: false, data: {}, metadata: {} });
    expect(await ask('history_request', { hist_access_type: 'search', pattern: 'nothingOfThatKind', n: 1, raw: true, output: false })).toEqual({ status: 'ok', history: [] });
  });

  it('count code points, also in a name behind an emoji', async () => {
    await kernel.client.execute('const größe = { höhe: 1 }');
    const code = '/* 😀😀 */ größe.hö';
    const end = Array.from(code).length;
    expect(await kernel.client.ask('shell', 'complete_request', { code, cursor_pos: end })).toMatchObject({ matches: ['höhe'], cursor_start: end - 2, cursor_end: end });
    expect(await kernel.client.ask('shell', 'inspect_request', { code, cursor_pos: end - 4, detail_level: 0 })).toMatchObject({ found: true, data: { 'text/plain': expect.stringContaining('größe') as string } });
  });

  it('row 14: is_complete knows complete, incomplete with the indent of the next line, and invalid', async () => {
    const ask = (code: string): Promise<unknown> => kernel.client.ask('shell', 'is_complete_request', { code });
    expect(await ask('1 + 1')).toEqual({ status: 'complete' });
    expect(await ask('`abc')).toEqual({ status: 'incomplete', indent: '' });
    expect(await ask('function f() {\n  return [')).toEqual({ status: 'incomplete', indent: '    ' });
    expect(await ask('}')).toEqual({ status: 'invalid' });
  });

  it('kernel_info has the version of the language that runs, a banner, and no debugger', async () => {
    const { version } = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('typescript/package.json'), 'utf8')) as { version: string };
    for (const channel of ['shell', 'control'] as const) {
      expect(await kernel.client.ask(channel, 'kernel_info_request', {})).toMatchObject({
        status: 'ok', protocol_version: expect.stringMatching(/^5\.[3-9]/) as string, implementation: 'binvit', banner: expect.stringContaining(`TypeScript ${version}`) as string,
        debugger: false, language_info: { name: 'typescript', version, file_extension: '.ts' },
      });
    }
    expect(await kernel.client.ask('control', 'debug_request', { type: 'request', command: 'debugInfo' })).toMatchObject({ status: 'error' });
  });

  it('comms that nobody has opened are neither answered nor a fault', async () => {
    for (const type of ['comm_msg', 'comm_close']) {
      expect(types(await kernel.client.request('shell', type, { comm_id: 'unknown', data: {} }).idle)).toEqual(['busy', 'idle']);
    }
    expect(await kernel.client.ask('shell', 'comm_info_request', { target_name: 'jupyter.widget' })).toEqual({ status: 'ok', comms: {} });
  });
});

describe('input_request', () => {
  it('goes to the front end that runs the cell, not to another; a late answer to one that was interrupted is dropped', async () => {
    const other = new KernelClient(kernel.running.connection);
    await other.ready();
    const prompts: unknown[] = [];
    kernel.client.onInput = ({ prompt }) => (prompts.push(prompt), null);
    other.onInput = ({ prompt }) => `other answers ${prompt as string}`;
    const cell = kernel.client.submit('await input("first?")');
    await expect.poll(() => prompts, { timeout: 10_000 }).toEqual(['first?']);
    await other.ask('control', 'interrupt_request', {});
    expect((await executed(cell)).reply.content).toMatchObject({ status: 'error', ename: 'Interrupted' });
    expect(shown((await other.execute('await input("second?")')).outputs)).toEqual([{ 'text/plain': "'other answers second?'" }]);
    expect(prompts).toEqual(['first?']);
    await kernel.client.answer(kernel.client.received.find(({ content }) => content.prompt === 'first?')!, 'late');
    kernel.client.onInput = () => 'in time';
    expect(shown((await kernel.client.execute('await input("third?")')).outputs)).toEqual([{ 'text/plain': "'in time'" }]);
    other.close();
  });
});
