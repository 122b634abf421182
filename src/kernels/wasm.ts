import { readFileSync } from 'node:fs';

import type { EngineLibrary, EngineMemory } from './engine.js';

type Functions = Omit<EngineLibrary, 'kind' | 'isa' | 'memory' | 'threads' | 'setThreads'>;

const pageBytes = 65536;
/** Pages that a 32-bit address space holds. */
const maximumPages = 65536;

let library: EngineLibrary | undefined;

/** Grows `memory` by half of itself or more, so that many small requests do not detach its buffer each time. */
function growingMemory(memory: WebAssembly.Memory, heapBase: number): EngineMemory {
  return {
    heapBase,
    limit: maximumPages * pageBytes,
    buffer: () => memory.buffer,
    reserve(end) {
      const present = memory.buffer.byteLength / pageBytes;
      const needed = Math.ceil(end / pageBytes);
      if (needed <= present) return;
      try {
        memory.grow(Math.min(maximumPages, Math.max(needed, Math.ceil(present * 1.5))) - present);
      } catch {
        throw new RangeError(
          `WASM memory of ${memory.buffer.byteLength} bytes had to grow to ${end} bytes, but the system refused it.`);
      }
    },
  };
}

/**
 * The WASM build (SIMD128, one thread).
 *
 * @throws Error when the runtime cannot compile it
 */
export function wasmEngine(): EngineLibrary {
  if (library !== undefined) return library;
  const module = new WebAssembly.Module(readFileSync(new URL('../../native/binvit.wasm', import.meta.url)));
  const { memory, __heap_base, ...functions } = new WebAssembly.Instance(module).exports as unknown as
    { memory: WebAssembly.Memory; __heap_base: WebAssembly.Global<'i32'> } & Functions;
  library = {
    kind: 'wasm',
    isa: 'simd128',
    memory: growingMemory(memory, Math.ceil(__heap_base.value / 64) * 64),
    threads: 1,
    setThreads() { /* one thread is all that this build has */ },
    ...functions,
  };
  return library;
}
