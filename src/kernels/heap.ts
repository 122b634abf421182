import type { EngineMemory, Offset } from './memory.js';

/** Blocks start at multiples of a cache line. */
const lineBytes = 64;
/** Size classes per doubling: a block wastes at most an eighth of its size. */
const classesPerDoubling = 8;

/** A block's size as the heap really hands it out: the smallest size class that holds `sizeBytes`. */
export function blockBytes(sizeBytes: number): number {
  const lines = Math.max(1, Math.ceil(sizeBytes / lineBytes));
  if (lines <= classesPerDoubling) return lines * lineBytes;
  const step = 2 ** Math.floor(Math.log2(lines) - Math.log2(classesPerDoubling));
  return Math.ceil(lines / step) * step * lineBytes;
}

/**
 * Allocator of the engine's linear memory. A freed block serves the next request of its size class, last freed first, so a
 * training loop, which asks for the same sizes in every step, allocates nothing new and touches warm memory.
 */
export class Heap {
  readonly #memory: EngineMemory;
  readonly #free = new Map<number, Offset[]>();
  #end: Offset;

  constructor(memory: EngineMemory) {
    this.#memory = memory;
    this.#end = memory.heapBase;
  }

  /** Bytes that the heap has ever taken from the memory. */
  get reservedBytes(): number {
    return this.#end - this.#memory.heapBase;
  }

  /**
   * @returns offset of a block of at least `sizeBytes`; its content is unspecified
   * @throws RangeError when the memory cannot hold it
   */
  allocate(sizeBytes: number): Offset {
    const size = blockBytes(sizeBytes);
    const reused = this.#free.get(size)?.pop();
    if (reused !== undefined) return reused;
    const offset = this.#end;
    this.#memory.reserve(offset + size);
    this.#end = offset + size;
    return offset;
  }

  /** Gives back a block of `allocate(sizeBytes)`; `sizeBytes` must be the same. */
  free(offset: Offset, sizeBytes: number): void {
    const size = blockBytes(sizeBytes);
    const blocks = this.#free.get(size);
    if (blocks === undefined) this.#free.set(size, [offset]);
    else blocks.push(offset);
  }

  float32(offset: Offset, count: number): Float32Array {
    return new Float32Array(this.#memory.buffer(), offset, count);
  }

  int32(offset: Offset, count: number): Int32Array {
    return new Int32Array(this.#memory.buffer(), offset, count);
  }

  float64(offset: Offset, count: number): Float64Array {
    return new Float64Array(this.#memory.buffer(), offset, count);
  }
}
