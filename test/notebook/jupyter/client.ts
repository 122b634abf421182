import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dealer, Request, Subscriber } from 'zeromq';
import type { JsonObject } from '../../../src/notebook/jupyter/index.js';

export type { JsonObject } from '../../../src/notebook/jupyter/index.js';

/** A message from the kernel, as it came. */
export interface Received {
  readonly channel: 'shell' | 'control' | 'stdin' | 'iopub';
  readonly type: string;
  /** Frames before the delimiter: the topic, on iopub. */
  readonly topics: readonly string[];
  readonly header: JsonObject;
  readonly parentHeader: JsonObject;
  readonly metadata: JsonObject;
  readonly content: JsonObject;
  readonly receivedAt: number;
}

/** What came back for one request. */
export interface Exchange {
  readonly id: string;
  readonly reply: Promise<Received>;
  /** Resolves at `idle` for this request, with all that came on iopub before it. */
  readonly idle: Promise<readonly Received[]>;
  /** What has come on iopub by now. */
  readonly iopub: readonly Received[];
}

/** An executed cell. */
export interface Executed {
  readonly reply: Received;
  readonly iopub: readonly Received[];
  /** Of `iopub`, what a notebook shows: no `status`, no `execute_input`. */
  readonly outputs: readonly Received[];
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecuteFields {
  readonly silent?: boolean;
  readonly store_history?: boolean;
  readonly user_expressions?: Readonly<Record<string, string>>;
  readonly allow_stdin?: boolean;
  readonly stop_on_error?: boolean;
}

/** JsonObject of a connection file with free ports. */
export async function freeConnection(): Promise<Record<string, string | number>> {
  const servers = await Promise.all(Array.from({ length: 5 }, async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }));
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = servers.map(server => (server.address() as AddressInfo).port) as [number, number, number, number, number];
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return { shell_port, iopub_port, stdin_port, control_port, hb_port, ip: '127.0.0.1', transport: 'tcp', key: randomUUID(), signature_scheme: 'hmac-sha256' };
}

interface PendingExchange {
  readonly iopub: Received[];
  readonly resolveReply: (message: Received) => void;
  readonly resolveIdle: (messages: readonly Received[]) => void;
}

/** @throws what went wrong, unless that is that the socket was closed meanwhile */
function orClosed({ closed }: { readonly closed: boolean }, error: unknown): void {
  if (!closed) throw error;
}

/** In ms; ZeroMQ's own 100 would count as starting time of a kernel. */
const reconnectInterval = 5;

/** A Jupyter front end for tests and benches; it shares no code with the kernel. */
export class KernelClient {
  readonly key: string;
  readonly shell: Dealer;
  readonly control: Dealer;
  readonly #stdin: Dealer;
  readonly #iopub = new Subscriber({ receiveHighWaterMark: 0, linger: 0, reconnectInterval });
  readonly #heartbeat = new Request({ linger: 0 });
  readonly #session = randomUUID();
  /** A socket takes one message at a time. */
  #sent: Promise<void> = Promise.resolve();
  readonly #exchanges = new Map<string, PendingExchange>();
  /** Everything that came, in order of arrival. */
  readonly received: Received[] = [];
  /** What was wrong with messages that were left out. */
  readonly faults: string[] = [];
  /** Answers `input_request`s; unanswered when it returns `null`. */
  onInput: (content: JsonObject) => string | null = () => null;

  constructor(connection: Readonly<Record<string, string | number>>) {
    const routingId = randomUUID();
    const dealer = (): Dealer => new Dealer({ routingId, linger: 0, receiveHighWaterMark: 0, sendHighWaterMark: 0, reconnectInterval });
    this.key = String(connection.key);
    this.shell = dealer();
    this.control = dealer();
    this.#stdin = dealer();
    const sockets = { shell_port: this.shell, control_port: this.control, stdin_port: this.#stdin, iopub_port: this.#iopub, hb_port: this.#heartbeat };
    for (const [port, socket] of Object.entries(sockets)) socket.connect(`tcp://127.0.0.1:${connection[port]!}`);
    this.#iopub.subscribe();
    for (const [channel, socket] of [['shell', this.shell], ['control', this.control], ['stdin', this.#stdin], ['iopub', this.#iopub]] as const) {
      this.#listen(channel, socket).catch((error: unknown) => { orClosed(socket, error); });
    }
  }

  /** Resolves when the kernel answers and its iopub messages arrive here. */
  async ready(timeoutMs = 30_000): Promise<void> {
    const end = performance.now() + timeoutMs;
    while (performance.now() < end) {
      const { idle } = this.request('shell', 'kernel_info_request', {});
      const seen = await Promise.race([idle.then(() => true), new Promise<false>(resolve => { setTimeout(() => { resolve(false); }, 100); })]);
      if (seen) return;
    }
    throw new Error(`no answer from the kernel after ${timeoutMs} ms`);
  }

  request(channel: 'shell' | 'control', type: string, content: JsonObject, metadata: JsonObject = {}): Exchange {
    const id = randomUUID();
    const iopub: Received[] = [];
    let resolveReply!: (message: Received) => void;
    let resolveIdle!: (messages: readonly Received[]) => void;
    const reply = new Promise<Received>(resolve => { resolveReply = resolve; });
    const idle = new Promise<readonly Received[]>(resolve => { resolveIdle = resolve; });
    this.#exchanges.set(id, { iopub, resolveReply, resolveIdle });
    const frames = this.frames(type, content, { id, metadata });
    const socket = this[channel];
    this.#sent = this.#sent.then(() => socket.send(frames)).catch((error: unknown) => { orClosed(socket, error); });
    return { id, reply, idle, iopub };
  }

  /** Signed frames of a message. */
  frames(type: string, content: JsonObject, { id = randomUUID(), metadata = {}, parentHeader = {} }: { id?: string; metadata?: JsonObject; parentHeader?: JsonObject } = {}): Buffer[] {
    const header = { msg_id: id, msg_type: type, session: this.#session, username: 'test', date: new Date().toISOString(), version: '5.3' };
    return this.sign([header, parentHeader, metadata, content].map(part => JSON.stringify(part)));
  }

  sign(parts: readonly string[], key = this.key): Buffer[] {
    const frames = parts.map(part => Buffer.from(part));
    const signature = key === '' ? '' : createHmac('sha256', key).update(Buffer.concat(frames)).digest('hex');
    return [Buffer.from('<IDS|MSG>'), Buffer.from(signature), ...frames];
  }

  submit(code: string, fields: ExecuteFields = {}, metadata: JsonObject = {}): Exchange {
    return this.request('shell', 'execute_request', {
      code, silent: false, store_history: true, user_expressions: {}, allow_stdin: true, stop_on_error: true, ...fields,
    }, metadata);
  }

  /** Runs a cell and waits for its reply and for `idle`. */
  async execute(code: string, fields: ExecuteFields = {}): Promise<Executed> {
    return executed(this.submit(code, fields));
  }

  async ask(channel: 'shell' | 'control', type: string, content: JsonObject): Promise<JsonObject> {
    const { reply, idle } = this.request(channel, type, content);
    const [message] = await Promise.all([reply, idle]);
    return message.content;
  }

  /** Answers an `input_request`. */
  async answer({ header }: Received, value: string): Promise<void> {
    await this.#stdin.send(this.frames('input_reply', { status: 'ok', value }, { parentHeader: header }));
  }

  /** Time until the heartbeat comes back, in ms. */
  async heartbeat(): Promise<number> {
    const start = performance.now();
    await this.#heartbeat.send('ping');
    await this.#heartbeat.receive();
    return performance.now() - start;
  }

  close(): void {
    for (const socket of [this.shell, this.control, this.#stdin, this.#iopub, this.#heartbeat]) socket.close();
  }

  async #listen(channel: Received['channel'], socket: Dealer | Subscriber): Promise<void> {
    for await (const frames of socket) {
      const message = this.#decode(channel, frames);
      if (!message) continue;
      this.received.push(message);
      const exchange = this.#exchanges.get(message.parentHeader.msg_id as string);
      if (channel === 'stdin') {
        const value = this.onInput(message.content);
        if (value !== null) await this.answer(message, value);
      } else if (channel !== 'iopub') exchange?.resolveReply(message);
      else {
        exchange?.iopub.push(message);
        if (message.type === 'status' && (message.content.execution_state as string) === 'idle') exchange?.resolveIdle([...exchange.iopub]);
      }
    }
  }

  #decode(channel: Received['channel'], frames: readonly Buffer[]): Received | null {
    const start = frames.findIndex(frame => frame.toString() === '<IDS|MSG>');
    const parts = frames.slice(start + 2, start + 6);
    const signature = createHmac('sha256', this.key).update(Buffer.concat(parts)).digest('hex');
    if (signature !== frames[start + 1]!.toString()) {
      this.faults.push(`${channel}: wrong signature`);
      return null;
    }
    const [header, parentHeader, metadata, content] = parts.map(part => JSON.parse(part.toString()) as JsonObject) as [JsonObject, JsonObject, JsonObject, JsonObject];
    return { channel, type: header.msg_type as string, topics: frames.slice(0, start).map(String), header, parentHeader, metadata, content, receivedAt: performance.now() };
  }
}

/** Waits for the end of a cell. */
export async function executed({ reply, idle }: Exchange): Promise<Executed> {
  const [answer, iopub] = await Promise.all([reply, idle]);
  const outputs = iopub.filter(message => message.type !== 'status' && message.type !== 'execute_input');
  const text = (name: string): string => outputs.filter(({ type, content }) => type === 'stream' && (content.name as string) === name).map(({ content }) => content.text as string).join('');
  return { reply: answer, iopub, outputs, stdout: text('stdout'), stderr: text('stderr') };
}

/** A kernel in a process of its own, with a client that is connected to it. */
export interface RunningKernel {
  readonly client: KernelClient;
  /** For further clients. */
  readonly connection: Readonly<Record<string, string | number>>;
  readonly process: ChildProcess;
  /** When the reply to the first request came, in ms of `performance.now()`. */
  readonly firstReplyAt: number;
  /** Resolves with the exit code; `null` when a signal ended it. */
  readonly exit: Promise<number | null>;
  /** Asks it to shut down, and ends it when it does not. */
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Code that is sent at once, while the kernel starts. */
  readonly firstCell?: string;
  /** Gets what the kernel says on stderr, which is this process's when left out. */
  readonly onStderr?: (text: string) => void;
}

/** Starts a kernel as a front end does; `{connection_file}` in `argv` is replaced. */
export async function startKernel(argv: readonly string[], { firstCell, onStderr, ...options }: StartOptions = {}): Promise<RunningKernel> {
  const folder = mkdtempSync(join(tmpdir(), 'binvit-kernel-'));
  const file = join(folder, 'connection.json');
  const connection = await freeConnection();
  writeFileSync(file, JSON.stringify(connection));
  const [command, ...args] = argv.map(argument => argument.replace('{connection_file}', file));
  const child = spawn(command!, args, { stdio: ['ignore', 'inherit', onStderr ? 'pipe' : 'inherit'], ...options });
  if (onStderr) child.stderr!.setEncoding('utf8').on('data', onStderr);
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  const client = new KernelClient(connection);
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      client.request('control', 'shutdown_request', { restart: false });
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await exit;
      clearTimeout(timer);
    }
    client.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const first = firstCell === undefined ? client.request('shell', 'kernel_info_request', {}) : client.submit(firstCell);
  const early = exit.then(code => { throw new Error(`the kernel ended with exit code ${code ?? 'none'} before it answered`); });
  // tslab loses a request that comes while it still binds its sockets, so this one may never be answered.
  const ready = firstCell === undefined ? client.ready() : first.reply.then(() => client.ready());
  const firstReplyAt = await Promise.race([first.reply.then(({ receivedAt }) => receivedAt), ready.then(() => performance.now()), early]);
  await Promise.race([ready, early]);
  return { client, connection, process: child, exit, firstReplyAt, stop };
}
