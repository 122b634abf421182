/** The linear memory that all byte offsets refer to. */
export interface EngineMemory {
  /** First byte that the engine's user may use; a multiple of 64. Offset 0 is the null pointer. */
  readonly heapBase: number;
  /** End of what the memory can ever hold, in bytes. */
  readonly limit: number;
  /** The memory. Ask again after `reserve`: WASM memory that grows detaches its old buffer. */
  buffer(): ArrayBuffer;
  /**
   * Makes offsets below `end` usable. Fresh memory is zero.
   * @throws RangeError when `end` lies beyond `limit` or the system refuses the memory
   */
  reserve(end: number): void;
}

/** A byte offset into the linear memory, a multiple of 4; 0 is the null pointer. */
export type Offset = number;
