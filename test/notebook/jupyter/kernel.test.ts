import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { KernelClient, executed, freeConnection, type Received } from './client.js';
import { fakeSession, type FakeCell } from './fake-session.js';
import { bindChannels, type Channels } from '../../../src/notebook/jupyter/channels.js';
import type { Connection } from '../../../src/notebook/jupyter/connection.js';
import { JupyterKernel } from '../../../src/notebook/jupyter/kernel.js';
import { MessageCodec } from '../../../src/notebook/jupyter/message.js';

const types = (messages: readonly Received[]): string[] => messages.map(({ type, content }) => (type === 'status' ? content.execution_state as string : type));

const cells: Record<string, FakeCell> = {
  'prints 10,000 lines': ({ output }) => {
    for (let line = 0; line < 10_000; line++) output({ type: 'stream', name: 'stdout', text: `${line}\n` });
  },
  'prints on both': ({ output }) => {
    for (const name of ['stdout', 'stderr', 'stdout'] as const) output({ type: 'stream', name, text: `${name}\n` });
  },
  'fails': () => { throw new TypeError('x'); },
  'waits': async (_options, interrupted) => {
    await interrupted;
    throw new Error('interrupted');
  },
  'asks': async ({ input, output }) => {
    if (!input) throw new Error('nobody to ask');
    output({ type: 'stream', name: 'stdout', text: await input({ prompt: 'n?', password: true }, new AbortController().signal) });
  },
};

let client: KernelClient;
let kernel: JupyterKernel;
let channels: Channels;
let close: () => Promise<void>;
const dropped: string[] = [];

beforeAll(async () => {
  const file = await freeConnection();
  const port = (name: string): number => file[name] as number;
  const connection: Connection = {
    shellPort: port('shell_port'), iopubPort: port('iopub_port'), stdinPort: port('stdin_port'), controlPort: port('control_port'), heartbeatPort: port('hb_port'),
    key: String(file.key), signatureScheme: 'hmac-sha256',
  };
  channels = await bindChannels(connection);
  kernel = new JupyterKernel({
    connection, channels, log: sentence => { dropped.push(sentence); },
    session: fakeSession(cells, {
      complete: (code, offset) => Promise.resolve({ start: offset - 1, end: offset, items: [{ label: 'ab', kind: 'const', insertText: code.slice(offset - 1, offset) + 'b', sortText: '1' }] }),
      inspect: () => Promise.resolve(null),
    }),
  });
  client = new KernelClient(file);
  // A front end that comes late misses what was published before.
  await vi.waitFor(() => {
    kernel.notify('is somebody there?');
    expect(client.received).not.toEqual([]);
  }, 10_000);
  kernel.start();
  close = () => {
    client.close();
    return channels.close();
  };
  await client.ready();
});
afterAll(() => close());

it('says once that it starts', async () => {
  await client.execute('prints on both', { silent: true });
  const starting = client.received.filter(({ type, content }) => type === 'status' && content.execution_state === 'starting');
  expect(starting.map(({ parentHeader }) => parentHeader)).toEqual([{}]);
});

it('sends the reply to a cell when all its output is sent, and idle after the reply', async () => {
  const unsigned = new MessageCodec('', 'hmac-sha256');
  const sent: string[] = [];
  for (const name of ['iopub', 'shell'] as const) {
    const send = channels[name].send.bind(channels[name]);
    vi.spyOn(channels[name], 'send').mockImplementation(message => {
      send(() => {
        const frames = message();
        const { type, content } = unsigned.decode(frames.filter(frame => Buffer.isBuffer(frame)));
        sent.push(content.execution_state as string | undefined ?? type);
        return frames;
      });
    });
  }
  await client.execute('prints on both', { store_history: false });
  vi.restoreAllMocks();
  expect(sent).toEqual(['busy', 'execute_input', 'stream', 'stream', 'stream', 'execute_reply', 'idle']);
});

it('surrounds a cell by busy and idle, tells its code and count first, and has a fresh id for every message', async () => {
  const first = await client.execute('prints on both');
  expect(types(first.iopub)).toEqual(['busy', 'execute_input', 'stream', 'stream', 'stream', 'idle']);
  expect(first.outputs.map(({ content }) => content.name as string)).toEqual(['stdout', 'stderr', 'stdout']);
  expect(first.iopub[1]!.content).toEqual({ code: 'prints on both', execution_count: 1 });
  expect(new Set(client.received.map(({ header }) => header.msg_id)).size).toBe(client.received.length);
});

it('merges 10,000 lines into few messages and loses none', async () => {
  const { stdout, outputs } = await client.execute('prints 10,000 lines');
  expect(stdout.trimEnd().split('\n')).toEqual(Array.from({ length: 10_000 }, (_, line) => String(line)));
  expect(outputs.length).toBeLessThan(100);
});

it('a failing cell gives one error and the same in its reply', async () => {
  const { reply, outputs } = await client.execute('fails');
  expect(types(outputs)).toEqual(['error']);
  expect(reply.content).toMatchObject({ status: 'error', ename: 'TypeError', evalue: 'x', traceback: ['TypeError: x'], execution_count: 3 });
  expect(outputs[0]!.content).toEqual({ ename: 'TypeError', evalue: 'x', traceback: ['TypeError: x'] });
});

it('cells that wait behind a failing one do not run, those of a client that wants them do', async () => {
  const [failing, refused] = [client.submit('fails'), client.submit('prints on both')];
  await executed(failing);
  const after = await executed(refused);
  expect(after.reply.content).toMatchObject({ status: 'error', ename: 'NotRun', execution_count: null });
  expect(types(after.iopub)).toEqual(['busy', 'idle']);
  const [also, runs] = [client.submit('fails', { stop_on_error: false }), client.submit('prints on both')];
  await executed(also);
  expect((await executed(runs)).reply.content).toMatchObject({ status: 'ok', execution_count: 6 });
});

it('a cell that is sent as soon as the failure of another is known runs', async () => {
  for (let time = 0; time < 50; time++) {
    await client.submit('fails', { silent: true }).reply;
    expect((await client.submit('prints on both', { silent: true }).reply).content.status).toBe('ok');
  }
});

it('a silent cell shows and counts nothing', async () => {
  const { reply, iopub } = await client.execute('fails', { silent: true });
  expect(types(iopub)).toEqual(['busy', 'idle']);
  expect(reply.content).toMatchObject({ status: 'error', execution_count: 6 });
});

it('interrupts on the control channel while the cell runs, and says busy again for the cell', async () => {
  const cell = client.submit('waits');
  const busy = await client.ask('control', 'kernel_info_request', {});
  expect(busy).toMatchObject({ status: 'ok' });
  expect(await client.ask('control', 'interrupt_request', {})).toEqual({ status: 'ok' });
  const { reply, iopub } = await executed(cell);
  expect(reply.content).toMatchObject({ status: 'error', evalue: 'interrupted' });
  expect(types(iopub)).toContain('busy');
  expect(await client.heartbeat()).toBeGreaterThan(0);
});

it('answers questions while a cell runs', async () => {
  const cell = client.submit('waits');
  expect(await client.ask('shell', 'comm_info_request', {})).toEqual({ status: 'ok', comms: {} });
  await client.ask('control', 'interrupt_request', {});
  await executed(cell);
});

it('asks the front end that runs the cell, unless it forbids it', async () => {
  client.onInput = ({ prompt, password }) => `${prompt as string} ${password as boolean}`;
  expect((await client.execute('asks')).stdout).toBe('n? true');
  expect((await client.execute('asks', { allow_stdin: false })).reply.content).toMatchObject({ status: 'error', evalue: 'nobody to ask' });
});

it('counts code points in cursor positions', async () => {
  const code = 'const s = "😀😀"; a';
  expect(await client.ask('shell', 'complete_request', { code, cursor_pos: Array.from(code).length })).toMatchObject({
    status: 'ok', matches: ['ab'], cursor_start: Array.from(code).length - 1, cursor_end: Array.from(code).length,
  });
});

it('inspects what it does not know as not found', async () => {
  expect(await client.ask('shell', 'inspect_request', { code: 'x', cursor_pos: 1, detail_level: 0 })).toEqual({ status: 'ok', found: false, data: {}, metadata: {} });
});

it('closes a comm of an unknown target', async () => {
  const { idle } = client.request('shell', 'comm_open', { comm_id: 'c', target_name: 'nobody', data: {} });
  const iopub = await idle;
  expect(types(iopub)).toEqual(['busy', 'comm_close', 'idle']);
  expect(iopub[1]!.content).toEqual({ comm_id: 'c', data: {} });
});

it('answers a request that it does not know, or whose content is wrong, with an error', async () => {
  expect(await client.ask('control', 'debug_request', {})).toMatchObject({ status: 'error', evalue: 'debug_request: this kernel does not know this message' });
  expect(await client.ask('shell', 'complete_request', { code: 1 })).toMatchObject({ status: 'error', ename: 'InvalidRequest', evalue: 'complete_request: code: expected text, found 1' });
  expect(await client.ask('shell', 'execute_request', { code: null })).toMatchObject({ status: 'error', ename: 'InvalidRequest' });
});

it('drops malformed and wrongly signed messages, says so once, and goes on', async () => {
  const header = JSON.stringify({ msg_id: 'x', msg_type: 'kernel_info_request' });
  const before = client.received.length;
  for (const frames of [
    [Buffer.from('nonsense')], client.sign([header, '{}', '{}', '{}'], 'other key'), client.sign([header, '{}', '{}', '{}'], ''),
    client.sign([header, '{}', '{}']), client.sign([header, '{}', '{}', '[]']), client.sign([header, '{}', '{}', '{']), client.sign(['{}', '{}', '{}', '{}']),
    client.sign([header, '{}', '{}', '{}'], 'other key'),
  ]) await client.shell.send(frames);
  expect(await client.ask('shell', 'comm_info_request', {})).toEqual({ status: 'ok', comms: {} });
  // busy, idle and reply of the last request alone.
  expect(client.received.length - before).toBe(3);
  expect(dropped.filter(sentence => sentence.includes('wrong signature'))).toHaveLength(1);
  expect(dropped).toHaveLength(6);
});

it('row 14: echoes restart when it is shut down', async () => {
  expect(await client.ask('control', 'shutdown_request', { restart: true })).toEqual({ status: 'ok', restart: true });
  await kernel.ended;
});
