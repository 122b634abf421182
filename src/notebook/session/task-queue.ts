import type { CellError } from './types.js';

/** What a session is asked to run: one task after the other, each of them until it is discarded. */
export class TaskQueue {
  #last: Promise<unknown> = Promise.resolve();
  #enqueued = 0;
  #discarded: { upTo: number; error: CellError } | null = null;

  /**
   * Runs a task when its turn has come.
   *
   * @param task gets the reason why it must do nothing, or `null`
   */
  enqueue<Result>(task: (discarded: CellError | null) => Promise<Result>): Promise<Result> {
    const number = ++this.#enqueued;
    const turn = this.#last.then(() => task(this.#discarded !== null && number <= this.#discarded.upTo ? this.#discarded.error : null));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Discards what waits. */
  discard(error: CellError): void {
    this.#discarded = { upTo: this.#enqueued, error };
  }

  /** Discards what waits and what will come. */
  close(error: CellError): void {
    this.#discarded = { upTo: Infinity, error };
  }

  /** Resolves when every task so far is done. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
