import { readFileSync } from 'node:fs';

import { withAttentionLimit } from './attention-limit.js';
import type { EngineFunctions, EngineLibrary, EngineMemory } from './engine.js';
import { Heap } from './heap.js';

const pageBytes = 65536;
/** Pages that a 32-bit address space holds. */
const maximumPages = 65536;

let library: EngineLibrary | undefined;

function growingMemory(memory: WebAssembly.Memory, heapBase: number): EngineMemory {
  const limit = maximumPages * pageBytes;
  return {
    heapBase,
    limit,
    buffer: () => memory.buffer,
    reserve(end) {
      const present = memory.buffer.byteLength / pageBytes;
      const needed = Math.ceil(end / pageBytes);
      if (needed <= present) return;
      // Half as much again, so that many small requests do not detach the buffer each time.
      const generous = Math.min(maximumPages, Math.max(needed, Math.ceil(present * 1.5)));
      const grown = end <= limit && [generous, needed].some(pages => {
        try {
          memory.grow(pages - present);
          return true;
        } catch {
          return false;
        }
      });
      if (!grown) throw new RangeError(`WASM memory cannot grow from ${memory.buffer.byteLength} to ${end} bytes.`);
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
    { memory: WebAssembly.Memory; __heap_base: WebAssembly.Global<'i32'> } & EngineFunctions;
  const engineMemory = growingMemory(memory, Math.ceil(__heap_base.value / 64) * 64);
  library = {
    kind: 'wasm',
    isa: 'simd128',
    memory: engineMemory,
    heap: new Heap(engineMemory),
    threads: 1,
    setThreads() { /* one thread is all that this build has */ },
    ...withAttentionLimit(functions),
  };
  return library;
}
