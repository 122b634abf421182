import type { OutputEvent } from './types.js';

type Receiver = (event: OutputEvent) => void;
type StreamEvent = Extract<OutputEvent, { type: 'stream' }>;

/**
 * Brings output to the cells that made it, also after they have ended, in the order in which it was made. Small writes to one
 * stream that come at once are merged.
 */
export class Outputs {
  readonly #receivers = new Map<number, Receiver>();
  #pending: { run: number; event: StreamEvent; pieces: string[] } | null = null;
  #timer: NodeJS.Immediate | null = null;

  /** From now on, output of the run goes to `receiver`. */
  attach(run: number, receiver: Receiver): void {
    this.#receivers.set(run, receiver);
  }

  push(run: number, event: OutputEvent): void {
    if (event.type !== 'stream') {
      this.flush();
      this.#receivers.get(run)?.(event);
      return;
    }
    if (this.#pending?.run === run && this.#pending.event.name === event.name) {
      this.#pending.pieces.push(event.text);
      return;
    }
    this.flush();
    this.#pending = { run, event, pieces: [event.text] };
    this.#timer = setImmediate(() => { this.flush(); });
  }

  /** Hands out what waits for more of its kind. */
  flush(): void {
    if (this.#pending === null) return;
    const { run, event, pieces } = this.#pending;
    this.#pending = null;
    if (this.#timer) clearImmediate(this.#timer);
    this.#receivers.get(run)?.({ ...event, text: pieces.join('') });
  }
}
