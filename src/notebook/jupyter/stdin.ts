import { randomUUID } from 'node:crypto';
import type { Router } from 'zeromq';
import type { InputRequest } from '../session/index.js';
import type { Channel } from './channels.js';
import type { Message, MessageCodec } from './message.js';

/** The channel on which a running cell asks the person who runs it. */
export class Stdin {
  readonly #channel: Channel<Router>;
  readonly #codec: MessageCodec;
  /** One question at a time: a front end has one input box a cell. */
  #turn: Promise<unknown> = Promise.resolve();
  #waiting: { readonly id: string; readonly sender: string; readonly answer: (value: string) => void } | null = null;

  constructor(channel: Channel<Router>, codec: MessageCodec) {
    this.#channel = channel;
    this.#codec = codec;
  }

  /**
   * Sends an `input_request` to the front end that sent `cell`.
   *
   * @param signal releases the question, as an interrupt does; the promise is then rejected
   */
  ask(request: InputRequest, cell: Message, signal: AbortSignal): Promise<string> {
    const answer = this.#turn.then(() => this.#askNow(request, cell, signal));
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  /** Takes an `input_reply`; one that nobody waits for (the cell was interrupted meanwhile) is dropped. */
  reply(message: Message): void {
    const waiting = this.#waiting;
    const { value } = message.content;
    if (message.type !== 'input_reply' || waiting?.sender !== senderOf(message) || typeof value !== 'string') return;
    // Not every front end says what it replies to.
    if ((message.parentHeader.msg_id ?? waiting.id) !== waiting.id) return;
    this.#waiting = null;
    waiting.answer(value);
  }

  #askNow(request: InputRequest, cell: Message, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    const id = randomUUID();
    this.#channel.send(() => [...cell.identities, ...this.#codec.encode({
      id, type: 'input_request', content: { prompt: request.prompt, password: request.password }, parentHeader: cell.header,
    })]);
    return new Promise((resolve, reject) => {
      const release = (): void => {
        this.#waiting = null;
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', release, { once: true });
      this.#waiting = {
        id, sender: senderOf(cell),
        answer: value => {
          signal.removeEventListener('abort', release);
          resolve(value);
        },
      };
    });
  }
}

function senderOf(message: Message): string {
  return message.identities.map(identity => identity.toString('hex')).join();
}
