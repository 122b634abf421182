import { makeCall, rowCallBytes, rowTable, type EngineLibrary, type RowCall } from '../kernels/browser.js';
import type { EngineTensors } from './engine-tensors.js';
import type { PackedInput } from './program.js';

/** Sees a run, of as many images at a time as go through it together. The arrays are the observer's own. */
export interface PackedObserver {
  /** A step begins: the patches `patch_embed`, a norm, a dense layer, attention, an activation, or `head` with its norm. */
  begins?(step: string): void;
  /**
   * What a dense layer, a part of it, or a binary operand of attention's products (`blocks.0.attn.query`) takes: `[rows, inputs]`, a shift
   * added, before it is binarized as `input` says.
   */
  taken?(name: string, values: Float32Array, inputs: number, input: PackedInput | null): void;
  /**
   * The integers of a product of bits with bits, before factors and bias: of a dense layer, or a part of it, `[rows, outputs]`; of attention
   * `blocks.0.attn.scores`, `[images, heads, tokens, tokens]`, and `blocks.0.attn.probabilities`, `[images, heads, tokens, headDim]`.
   */
  counted?(name: string, dots: Float32Array): void;
  /** A whole dense layer: its input `[rows, inputs]` and its output `[rows, outputs]`. */
  computed?(name: string, x: Float32Array, y: Float32Array): void;
  /** Attention of a block, `blocks.0.attn`: its softmax `[images, heads, tokens, tokens]`, before it is binarized where it is. */
  attended?(name: string, probabilities: Float32Array): void;
}

/** What a run does: calls of row kernels, whatever sees all rows at once, and what only an observer sees. */
type Part =
  | { readonly kind: 'rows'; readonly call: RowCall; readonly rows: number; readonly name: string }
  | { readonly kind: 'whole'; readonly act: (observer: PackedObserver | null) => void }
  | { readonly kind: 'seen'; readonly show: (observer: PackedObserver) => void };

/**
 * A run, written down once and made any number of times. Neighbouring calls of row kernels are handed to the engine together
 * (`runRows`); an observer parts them where it looks.
 */
export class Recording {
  readonly #engine: EngineLibrary;
  readonly #parts: Part[] = [];
  #acts: Record<'alone' | 'observed', readonly ((observer: PackedObserver | null) => void)[]> | null = null;

  constructor(engine: EngineLibrary) {
    this.#engine = engine;
  }

  /**
   * Adds a call of a row kernel.
   *
   * @param name layer that is at fault when an operand is not finite
   */
  rows(name: string, rows: number, ...call: RowCall): void {
    this.#parts.push({ kind: 'rows', call, rows, name });
  }

  /** Adds anything else. */
  whole(act: (observer: PackedObserver | null) => void): void {
    this.#parts.push({ kind: 'whole', act });
  }

  /** Adds what is done for an observer alone. */
  seen(show: (observer: PackedObserver) => void): void {
    this.#parts.push({ kind: 'seen', show });
  }

  /** Adds a call for observers of layers alone: what it writes nothing else reads. */
  looked(call: RowCall): void {
    this.seen(observer => { if (observer.taken !== undefined || observer.computed !== undefined) makeCall(this.#engine, call); });
  }

  /** Makes the tables of calls, in room of `tensors`: nothing is added after that. */
  close(tensors: EngineTensors): void {
    this.#acts = { alone: this.#together(this.#parts.filter(({ kind }) => kind !== 'seen'), tensors), observed: this.#together(this.#parts, tensors) };
  }

  /** @throws RangeError that names the layer whose operand is not finite */
  run(observer: PackedObserver | null): void {
    for (const act of this.#acts![observer === null ? 'alone' : 'observed']) act(observer);
  }

  #together(parts: readonly Part[], tensors: EngineTensors): ((observer: PackedObserver | null) => void)[] {
    const acts: ((observer: PackedObserver | null) => void)[] = [];
    for (let at = 0; at < parts.length;) {
      const part = parts[at]!;
      if (part.kind === 'rows') {
        const calls: (Part & { readonly kind: 'rows' })[] = [];
        for (let next = parts[at]; next?.kind === 'rows' && next.rows === part.rows; next = parts[++at]) calls.push(next);
        const table = rowTable(calls.map(({ call }) => call));
        const offset = tensors.room(calls.length * rowCallBytes);
        this.#engine.heap.float64(offset, table.length).set(table);
        acts.push(() => {
          const failed = this.#engine.runRows(offset, calls.length, part.rows);
          if (failed > 0) throw notFinite(calls[failed - 1]!.name);
        });
        continue;
      }
      acts.push(part.kind === 'whole' ? part.act : observer => { part.show(observer!); });
      at++;
    }
    return acts;
  }
}

/** The error of a layer whose operand is to become bits and is not finite. */
export function notFinite(name: string): RangeError {
  return new RangeError(`packed model: ${name}: expected finite activations, found a NaN or an infinity`);
}
