import { readFileSync } from 'node:fs';
import type { EngineKind, EngineLibrary } from './engine.js';
import { nativeEngine } from './native.js';
import { wasmEngine } from './wasm.js';

let wasm: EngineLibrary | undefined;

/**
 * Loads one build of the engine; the same object every time.
 *
 * The environment's `BINVIT_ISA` (`avx512`, `avx2`, `neon`, `scalar`) forces the native build's instruction set, and
 * `BINVIT_THREADS` its number of threads (1 unless set).
 *
 * @throws Error when that build cannot run here; the sentence says why
 */
export function loadEngine(kind: EngineKind): EngineLibrary {
  return kind === 'native' ? nativeEngine() : wasm ??= openWasm();
}

function openWasm(): EngineLibrary {
  return wasmEngine(new WebAssembly.Instance(new WebAssembly.Module(readFileSync(new URL('../../native/binvit.wasm', import.meta.url)))).exports);
}
