import { setTimeout as sleep } from 'node:timers/promises';
import type { Router } from 'zeromq';
import type { NotebookSession } from '../session/index.js';
import { CellQueue, errorContent } from './cell-queue.js';
import { untilClosed, type Channel, type Channels } from './channels.js';
import type { Connection } from './connection.js';
import { Iopub } from './iopub.js';
import { kernelInfoReply } from './kernel-info.js';
import { completeReply, historyReply, inspectReply, isCompleteReply } from './language-replies.js';
import { MessageCodec, type JsonObject, type Message } from './message.js';
import { Stdin } from './stdin.js';

/**
 * How long a question waits for the cells before it, in ms: it sees what short ones declare, and is not held up by a long
 * one, during which the user goes on typing.
 */
const questionPatienceMs = 200;

/** What a {@link JupyterKernel} is made of. */
export interface JupyterKernelOptions {
  readonly connection: Connection;
  readonly channels: Channels;
  readonly session: NotebookSession;
  /** Told of a message that was dropped, in a sentence; once for each reason. */
  readonly log: (sentence: string) => void;
}

/**
 * A Jupyter kernel over bound sockets: reads requests, answers them from the session, and surrounds each by `busy` and `idle`.
 *
 * Cells run one after the other; other shell requests and the control channel are answered meanwhile. A kernel whose cell is
 * still running then says `busy` again, because front ends take the last status for the kernel's.
 *
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html
 */
export class JupyterKernel {
  readonly #options: JupyterKernelOptions;
  readonly #codec: MessageCodec;
  readonly #iopub: Iopub;
  readonly #stdin: Stdin;
  readonly #cells: CellQueue;
  readonly #dropped = new Set<string>();
  #questions: Promise<void> = Promise.resolve();
  #lastCell: JsonObject = {};
  #resolveEnded!: () => void;
  /** Resolves when a front end has asked the kernel to shut down and has its reply. */
  readonly ended = new Promise<void>(resolve => { this.#resolveEnded = resolve; });

  constructor(options: JupyterKernelOptions) {
    const { connection, channels, session } = options;
    this.#options = options;
    this.#codec = new MessageCodec(connection.key, connection.signatureScheme);
    this.#iopub = new Iopub(channels.iopub, this.#codec);
    this.#stdin = new Stdin(channels.stdin, this.#codec);
    this.#cells = new CellQueue({
      session, iopub: this.#iopub, stdin: this.#stdin,
      answer: (request, handle) => this.#answer(channels.shell, request, handle),
    });
  }

  /** Begins to read requests. */
  start(): void {
    const { shell, control, stdin } = this.#options.channels;
    this.#iopub.publish('status', { execution_state: 'starting' }, {});
    const receive = (channel: Channel<Router>, name: string, handle: (message: Message) => void): void => {
      void untilClosed(channel.socket, () => this.#receive(channel, name, handle));
    };
    receive(shell, 'shell', message => { this.#onShell(message); });
    receive(control, 'control', message => { this.#onControl(message); });
    receive(stdin, 'stdin', message => { this.#stdin.reply(message); });
  }

  /** Tells the front end what happened to the session outside of a cell; shown below the last cell. */
  notify(text: string): void {
    this.#iopub.stream('stderr', text, this.#lastCell);
  }

  async #receive({ socket }: Channel<Router>, name: string, handle: (message: Message) => void): Promise<void> {
    for await (const frames of socket) {
      let message: Message;
      try {
        message = this.#codec.decode(frames);
      } catch (error) {
        this.#drop(`${name}: a message was dropped: ${error instanceof Error ? error.message : String(error)}`);
        continue;
      }
      handle(message);
    }
  }

  #drop(reason: string): void {
    if (this.#dropped.has(reason)) return;
    this.#dropped.add(reason);
    this.#options.log(reason);
  }

  #onShell(request: Message): void {
    const { shell } = this.#options.channels;
    if (request.type === 'execute_request') {
      this.#lastCell = request.header;
      this.#cells.push(request);
    } else if (request.type === 'shutdown_request') void this.#shutdown(shell, request);
    else {
      const cellsBefore = this.#cells.running ? Promise.race([this.#cells.idle, sleep(questionPatienceMs)]) : Promise.resolve();
      this.#questions = this.#questions.then(async () => {
        await cellsBefore;
        await this.#answer(shell, request, () => this.#question(request));
      });
    }
  }

  #onControl(request: Message): void {
    const { channels: { control }, session } = this.#options;
    if (request.type === 'shutdown_request') void this.#shutdown(control, request);
    else if (request.type === 'interrupt_request') {
      void this.#answer(control, request, async () => {
        await session.interrupt();
        return { status: 'ok' };
      });
    } else void this.#answer(control, request, () => this.#question(request));
  }

  async #question({ type, content, header }: Message): Promise<JsonObject> {
    const { connection, session } = this.#options;
    switch (type) {
      case 'kernel_info_request': return kernelInfoReply();
      case 'complete_request': return completeReply(session, content);
      case 'inspect_request': return inspectReply(session, content);
      case 'is_complete_request': return isCompleteReply(session, content);
      case 'history_request': return historyReply(session, content);
      case 'connect_request': return {
        status: 'ok', shell_port: connection.shellPort, iopub_port: connection.iopubPort, stdin_port: connection.stdinPort,
        control_port: connection.controlPort, hb_port: connection.heartbeatPort,
      };
      // Nothing in a session opens a comm, so a front end's has no other end.
      case 'comm_info_request': return { status: 'ok', comms: {} };
      case 'comm_open':
        this.#iopub.publish('comm_close', { comm_id: content.comm_id ?? '', data: {} }, header);
        return {};
      case 'comm_msg':
      case 'comm_close': return {};
      default: throw new Error(`${type}: this kernel does not know this message`);
    }
  }

  async #shutdown(channel: Channel<Router>, request: Message): Promise<void> {
    await this.#answer(channel, request, () => {
      const content = { status: 'ok', restart: request.content.restart === true };
      this.#iopub.publish('shutdown_reply', content, request.header);
      return Promise.resolve(content);
    });
    this.#resolveEnded();
  }

  async #answer(channel: Channel<Router>, request: Message, handle: () => Promise<JsonObject>): Promise<void> {
    const status = (state: 'busy' | 'idle', parentHeader: JsonObject): void => { this.#iopub.publish('status', { execution_state: state }, parentHeader); };
    status('busy', request.header);
    let content: JsonObject;
    try {
      content = await handle();
    } catch (error) {
      content = error instanceof Error ? errorContent(error.name, error.message) : errorContent('Error', String(error));
      if (request.type === 'execute_request') content = { ...content, execution_count: this.#options.session.executionCount };
    }
    // All output of the request is sent before its reply; messages that are no request have none.
    this.#iopub.flush();
    if (request.type.endsWith('_request')) {
      const type = request.type.replace(/_request$/, '_reply');
      channel.send(() => [...request.identities, ...this.#codec.encode({ type, content, parentHeader: request.header })]);
    }
    status('idle', request.header);
    const running = this.#cells.running;
    if (running && running !== request) status('busy', running.header);
  }
}
