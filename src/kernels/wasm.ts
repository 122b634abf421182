import { withAttentionLimit } from './attention-limit.js';
import type { EngineFunctions, EngineLibrary, EngineMemory } from './engine.js';
import { Heap } from './heap.js';

const pageBytes = 65536;
/** Pages that a 32-bit address space holds. */
const maximumPages = 65536;

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

/** The engine over what an instance of its WASM build exports (SIMD128, one thread). */
export function wasmEngine(exports: object): EngineLibrary {
  const { memory, __heap_base, ...functions } = exports as
    { memory: WebAssembly.Memory; __heap_base: WebAssembly.Global<'i32'> } & EngineFunctions;
  const engineMemory = growingMemory(memory, Math.ceil(__heap_base.value / 64) * 64);
  return {
    kind: 'wasm',
    isa: 'simd128',
    memory: engineMemory,
    heap: new Heap(engineMemory),
    threads: 1,
    setThreads() { /* one thread is all that this build has */ },
    ...withAttentionLimit(functions),
  };
}

/**
 * Starts the WASM build where there are no files, such as in a browser.
 *
 * @param source the bytes of `binvit/binvit.wasm`, or where to fetch them
 * @throws Error when they cannot be fetched, or the runtime cannot compile them
 */
export async function startWasmEngine(source: Uint8Array | ArrayBuffer | URL): Promise<EngineLibrary> {
  const module = await WebAssembly.compile(new Uint8Array(source instanceof URL ? await fetched(source) : source));
  const { exports } = await WebAssembly.instantiate(module);
  return wasmEngine(exports);
}

async function fetched(url: URL): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href}: expected the WASM build of the engine, found status ${response.status}`);
  return response.arrayBuffer();
}
