export { packedTensorBytes, readPackedFile, writePackedFile, type PackedFile, type PackedInfo } from './packed-file.js';
export { PackedModel, type PackedObserver } from './packed-model.js';
export {
  outputsOf, type PackedBlock, type PackedColumns, type PackedDense, type PackedInput, type PackedNorm, type PackedProducts, type PackedProgram,
} from './program.js';
