import { StringDecoder } from 'node:string_decoder';
import { flushMark } from './messages.js';

/** A mark is short; when no more of it than this has come, the rest is on its way. */
const markStart = '\u0000';

/**
 * Stdout or stderr of the session's process, without the runtime's own writes: text of child processes and of native code, in
 * whole characters, and between it the marks with which the runtime tells that a run has ended.
 */
export class RawStream {
  readonly #show: (text: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  readonly #reached = new Set<number>();
  readonly #waiting = new Map<number, () => void>();
  #text = '';
  #ended = false;

  constructor(show: (text: string) => void) {
    this.#show = show;
  }

  push(piece: Buffer): void {
    this.#text += this.#decoder.write(piece);
    for (let start = this.#text.indexOf(markStart); start !== -1; start = this.#text.indexOf(markStart, start)) {
      const mark = /^\u0000binvit:(\d+)\u0000/.exec(this.#text.slice(start, start + 32));
      if (mark !== null) {
        this.#emit(start, start + mark[0].length);
        this.#reach(Number(mark[1]));
        start = 0;
      } else if (couldBecomeMark(this.#text.slice(start))) {
        this.#emit(start, start);
        return;
      } else {
        start++;
      }
    }
    this.#emit(this.#text.length, this.#text.length);
  }

  /** Resolves when the run's mark has come. */
  mark(run: number): Promise<void> {
    if (this.#ended || this.#reached.delete(run)) return Promise.resolve();
    return new Promise(resolve => { this.#waiting.set(run, resolve); });
  }

  /** No more comes. */
  end(): void {
    this.#ended = true;
    this.#text += this.#decoder.end();
    this.#emit(this.#text.length, this.#text.length);
    for (const resolve of this.#waiting.values()) resolve();
  }

  #emit(end: number, next: number): void {
    if (end > 0) this.#show(this.#text.slice(0, end));
    this.#text = this.#text.slice(next);
  }

  #reach(run: number): void {
    const resolve = this.#waiting.get(run);
    if (resolve) resolve();
    else this.#reached.add(run);
    this.#waiting.delete(run);
  }
}

function couldBecomeMark(text: string): boolean {
  const prefix = flushMark(0).slice(0, -2);
  return text.length < prefix.length ? prefix.startsWith(text) : new RegExp(`^${prefix}\\d*$`).test(text);
}
