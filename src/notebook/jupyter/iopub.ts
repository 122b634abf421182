import type { Publisher } from 'zeromq';
import type { Channel } from './channels.js';
import type { JsonObject, MessageCodec } from './message.js';

/** How long small writes are collected for one message, in ms; below what an eye sees. */
const mergeMs = 10;
/** Text beyond which a message is sent at once. */
const mergeLength = 1 << 18;

interface PendingStream {
  readonly name: 'stdout' | 'stderr';
  readonly parentHeader: JsonObject;
  text: string;
}

/**
 * The channel that every front end listens to. Consecutive writes of one cell to one stream are merged, so that ten thousand
 * printed lines are few messages; the order of all messages is that of the calls.
 */
export class Iopub {
  readonly #channel: Channel<Publisher>;
  readonly #codec: MessageCodec;
  #pending: PendingStream | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(channel: Channel<Publisher>, codec: MessageCodec) {
    this.#channel = channel;
    this.#codec = codec;
  }

  publish(type: string, content: JsonObject | Buffer, parentHeader: JsonObject): void {
    this.flush();
    this.#send(type, content, parentHeader);
  }

  stream(name: 'stdout' | 'stderr', text: string, parentHeader: JsonObject): void {
    const pending = this.#pending;
    if (pending?.name === name && pending.parentHeader === parentHeader) pending.text += text;
    else {
      this.flush();
      this.#pending = { name, text, parentHeader };
    }
    if (this.#pending!.text.length > mergeLength) this.flush();
    else this.#timer ??= setTimeout(() => { this.flush(); }, mergeMs);
  }

  /** Sends what was collected. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const pending = this.#pending;
    if (!pending) return;
    this.#pending = null;
    this.#send('stream', { name: pending.name, text: pending.text }, pending.parentHeader);
  }

  #send(type: string, content: JsonObject | Buffer, parentHeader: JsonObject): void {
    // The first frame is the topic that subscribers filter by.
    this.#channel.send(() => [type, ...this.#codec.encode({ type, content, parentHeader })]);
  }
}
