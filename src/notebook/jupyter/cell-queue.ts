import { setTimeout as sleep } from 'node:timers/promises';
import { bundleJson, type BundleEvent, type CellError, type ExecuteOptions, type NotebookSession, type OutputEvent } from '../session/index.js';
import type { Iopub } from './iopub.js';
import { inspectionBundle } from './language-replies.js';
import type { JsonObject, Message } from './message.js';
import { RequestContent } from './request-content.js';
import type { Stdin } from './stdin.js';

/** A cell whose whole text asks for help on a name, as in IPython: `name?`. */
const helpPattern = /^\s*([\p{ID_Start}$_][\p{ID_Continue}$.]*)\s*\?{1,2}\s*$/u;

/** Within this time, a message that was sent by a front end on the same machine has been read. */
const transitMs = 10;

/** How the queue reaches the rest of the kernel. */
export interface CellQueueOptions {
  readonly session: NotebookSession;
  readonly iopub: Iopub;
  readonly stdin: Stdin;
  /** Wraps a request into `busy` and `idle`, and sends the reply that `handle` gives. */
  readonly answer: (request: Message, handle: () => Promise<JsonObject>) => Promise<void>;
}

/**
 * The `execute_request`s of a kernel, one after the other. When one fails (and does not say `stop_on_error: false`), those
 * that have come by then are answered with an error and do not run.
 */
export class CellQueue {
  readonly #options: CellQueueOptions;
  readonly #waiting: Message[] = [];
  /** Cells that do not run because one before them failed. */
  #refused: Message[] = [];
  #running: Message | null = null;
  #active = false;
  #idle: Promise<void> = Promise.resolve();

  constructor(options: CellQueueOptions) {
    this.#options = options;
  }

  /** The request that is being executed. */
  get running(): Message | null {
    return this.#running;
  }

  /** Resolves when no cell runs or waits. */
  get idle(): Promise<void> {
    return this.#idle;
  }

  push(request: Message): void {
    this.#waiting.push(request);
    if (!this.#active) this.#idle = this.#run();
  }

  async #run(): Promise<void> {
    this.#active = true;
    for (let request = this.#waiting.shift(); request; request = this.#waiting.shift()) {
      const cell = request;
      this.#running = cell;
      await this.#options.answer(cell, () => this.#execute(cell));
      this.#running = null;
      for (const refused of this.#refused.splice(0)) await this.#options.answer(refused, () => this.#refuse());
    }
    this.#active = false;
  }

  /** Without a number as its count, front ends show the cell as one that has not run. */
  #refuse(): Promise<JsonObject> {
    return Promise.resolve({ ...errorContent('NotRun', 'a cell before this one failed; run it again'), execution_count: null });
  }

  /**
   * Refuses the cells that were sent before the failure was told, also those that have reached the socket but were not read
   * yet; one that a front end sends when it knows of the failure is meant to run.
   */
  async #refuseWaiting(): Promise<void> {
    await sleep(transitMs);
    this.#refused = this.#waiting.splice(0);
  }

  async #execute(request: Message): Promise<JsonObject> {
    const { session, iopub } = this.#options;
    const fields = new RequestContent('execute_request', request.content);
    const code = fields.text('code');
    const silent = fields.flag('silent', false);
    const expressions = fields.texts('user_expressions');
    const help = helpPattern.exec(code)?.[1];
    if (help !== undefined && !silent) return this.#help(help, code, request);

    const cellId = request.metadata.cellId;
    const options: ExecuteOptions = {
      cell: { id: typeof cellId === 'string' ? cellId : request.id },
      silent, storeHistory: !silent && fields.flag('store_history', true),
      output: event => { this.#publish(event, request); },
      started: count => {
        if (!silent) iopub.publish('execute_input', { code, execution_count: count }, request.header);
      },
      // A front end that cannot ask (a runner) gets an error in the cell instead of a question that nobody answers.
      ...(fields.flag('allow_stdin', true) ? { input: (question, signal) => this.#options.stdin.ask(question, request, signal) } : {}),
    };
    const result = await session.execute(code, options);
    if (result.status === 'error') {
      const content = cellErrorContent(result.error);
      if (fields.flag('stop_on_error', true)) await this.#refuseWaiting();
      if (!silent) iopub.publish('error', content, request.header);
      return { status: 'error', execution_count: result.executionCount, ...content };
    }
    return {
      status: 'ok', execution_count: result.executionCount, payload: [], user_expressions: await this.#evaluate(expressions),
    };
  }

  async #evaluate(expressions: Readonly<Record<string, string>>): Promise<JsonObject> {
    const values: Record<string, JsonObject> = {};
    for (const [name, expression] of Object.entries(expressions)) {
      const result = await this.#options.session.evaluate(expression);
      values[name] = result.status === 'ok' ? { status: 'ok', data: result.data, metadata: {} } : { status: 'error', ...cellErrorContent(result.error) };
    }
    return values;
  }

  /** Help comes as a payload, which front ends show in their pager. */
  async #help(name: string, code: string, request: Message): Promise<JsonObject> {
    const { session, iopub } = this.#options;
    const count = session.executionCount;
    iopub.publish('execute_input', { code, execution_count: count }, request.header);
    const data = await inspectionBundle(session, name, name.length);
    if (!data) iopub.stream('stderr', `nothing is known of ${name}\n`, request.header);
    return { status: 'ok', execution_count: count, payload: data ? [{ source: 'page', data, start: 0 }] : [], user_expressions: {} };
  }

  #publish(event: OutputEvent, { header }: Message): void {
    const { iopub, session } = this.#options;
    switch (event.type) {
      case 'stream':
        iopub.stream(event.name, event.text, header);
        break;
      case 'display':
      case 'update': {
        const transient: JsonObject = event.displayId === null ? {} : { display_id: event.displayId };
        iopub.publish(event.type === 'display' ? 'display_data' : 'update_display_data', bundleContent(event, { transient }), header);
        break;
      }
      case 'clear':
        iopub.publish('clear_output', { wait: event.wait }, header);
        break;
      case 'result':
        iopub.publish('execute_result', bundleContent(event, { execution_count: session.executionCount }), header);
    }
  }
}

/** The content of a message that shows something. Its bundle goes in as the text it came as: a large figure is not read and written again. */
function bundleContent(event: BundleEvent, more: JsonObject): Buffer {
  const rest = JSON.stringify({ metadata: event.metadata, ...more });
  return Buffer.concat([Buffer.from('{"data":'), bundleJson(event), Buffer.from(`,${rest.slice(1)}`)]);
}

/** Fields by which replies and `error` messages describe a failure. */
export function errorContent(name: string, message: string, traceback: readonly string[] = [`${name}: ${message}`]): JsonObject {
  return { status: 'error', ename: name, evalue: message, traceback };
}

function cellErrorContent({ name, message, traceback }: CellError): JsonObject {
  return { ename: name, evalue: message, traceback };
}
