import { StringDecoder } from 'node:string_decoder';
import { fenceMark } from './messages.js';

/**
 * Stdout or stderr of the session's process, without the runtime's own writes: text of child processes and of native code, in
 * whole characters, and between it the marks of fences.
 */
export class RawStream {
  readonly #show: (text: string) => void;
  readonly #fence: () => void;
  readonly #decoder = new StringDecoder('utf8');
  #text = '';

  constructor(show: (text: string) => void, fence: () => void) {
    this.#show = show;
    this.#fence = fence;
  }

  push(piece: Buffer): void {
    this.#text += this.#decoder.write(piece);
    for (let end = this.#text.indexOf(fenceMark); end !== -1; end = this.#text.indexOf(fenceMark)) {
      this.#emit(end, end + fenceMark.length);
      this.#fence();
    }
    const last = this.#text.lastIndexOf(fenceMark[0]!);
    const end = last !== -1 && fenceMark.startsWith(this.#text.slice(last)) ? last : this.#text.length;
    this.#emit(end, end);
  }

  /** No more comes. */
  end(): void {
    this.#text += this.#decoder.end();
    this.#emit(this.#text.length, this.#text.length);
  }

  #emit(end: number, next: number): void {
    if (end > 0) this.#show(this.#text.slice(0, end));
    this.#text = this.#text.slice(next);
  }
}
