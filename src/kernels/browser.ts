/** What of this floor needs no Node. */
export {
  estimatorCodes, optimizerRowBytes, packedWeightBytes, scaleCodes, statusBits, wordsOf,
  type EngineKind, type EngineLibrary, type EngineMemory, type InstructionSet, type Offset,
} from './engine.js';
export { Heap } from './heap.js';
export { makeCall, rowCallBytes, rowTable, runRowsApart, type RowCall } from './row-calls.js';
export { startWasmEngine } from './wasm.js';
