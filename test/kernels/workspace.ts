import { loadEngine, nativeEngine, nativeInstructionSets, type EngineLibrary, type Offset } from '../../src/kernels/index.js';
import { Random } from '../../src/backend/random.js';

/** Every engine that this machine runs: the native build at each instruction set, and WASM. */
export const engines: [string, EngineLibrary][] = [
  ...nativeInstructionSets().map((isa): [string, EngineLibrary] => [isa, nativeEngine(isa)]),
  ['wasm', loadEngine('wasm')],
];

/** Elements after each array whose value must not change. */
const guard = 16;
const guardValue = 12345;

/** Arrays in an engine's memory for one call. Outputs start as NaN, so that what a kernel forgets to write shows. */
export class Workspace {
  readonly #engine: EngineLibrary;
  #end: Offset;

  constructor(engine: EngineLibrary) {
    this.#engine = engine;
    // Not where the memory begins: an array's offset must not matter beyond its alignment to 4.
    this.#end = engine.memory.heapBase + 4;
  }

  #floats(offset: Offset, count: number): Float32Array {
    return new Float32Array(this.#engine.memory.buffer(), offset, count);
  }

  /** Room for `count` float32. */
  room(count: number): Offset {
    const offset = this.#end;
    this.#end += 4 * (count + guard);
    this.#engine.memory.reserve(this.#end);
    this.#floats(offset, count).fill(NaN);
    this.#floats(offset + 4 * count, guard).fill(guardValue);
    return offset;
  }

  put(values: ArrayLike<number>): Offset {
    const offset = this.room(values.length);
    this.#floats(offset, values.length).set(values);
    return offset;
  }

  putIntegers(values: ArrayLike<number>): Offset {
    const offset = this.room(values.length);
    new Int32Array(this.#engine.memory.buffer(), offset, values.length).set(values);
    return offset;
  }

  /** Float64 at a multiple of 8. */
  putDoubles(values: ArrayLike<number>): Offset {
    const offset = Math.ceil(this.room(2 * values.length + 1) / 8) * 8;
    new Float64Array(this.#engine.memory.buffer(), offset, values.length).set(values);
    return offset;
  }

  /** A copy of an array; throws when something was written behind it. */
  read(offset: Offset, count: number): Float32Array {
    if (!this.#floats(offset + 4 * count, guard).every(value => value === guardValue)) {
      throw new Error(`something was written behind an array of ${count} elements`);
    }
    return this.#floats(offset, count).slice();
  }

  readIntegers(offset: Offset, count: number): Int32Array {
    return new Int32Array(this.#engine.memory.buffer(), offset, count).slice();
  }
}

/** Normal values, rounded to float32. */
export function normals(random: Random, count: number, deviation = 1): Float32Array {
  return Float32Array.from({ length: count }, () => deviation * random.normal());
}

/** Largest |a − e| / (absolute + relative |e|); at most 1 when `actual` is within tolerance, infinite for a NaN. */
export function excess(actual: ArrayLike<number>, expected: ArrayLike<number>, absolute: number, relative = 0): number {
  if (actual.length !== expected.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const ratio = Math.abs(actual[i]! - expected[i]!) / (absolute + relative * Math.abs(expected[i]!));
    worst = Math.max(worst, Number.isNaN(ratio) ? (actual[i] === expected[i] ? 0 : Infinity) : ratio);
  }
  return worst;
}
