/**
 * `binvit/browser`: packed models from bytes, on the WASM build of the engine. It is a subpath of its own, not a condition of
 * `binvit/inference`, because it is less: there are no files to load, and nothing is found without being asked for.
 */
export { startWasmEngine, type EngineLibrary } from '../kernels/browser.js';
export {
  normalizationTable, preprocessImage, resizeImage, type ImagePreprocessing, type Interpolation, type ModelUse, type Normalization, type RgbImage,
} from '../pictures/browser.js';
export { attentionRollout } from './attention-rollout.js';
export { packedTensorBytes, parsePackedFile, type PackedFile, type PackedInfo } from './packed-file.js';
export { PackedModel } from './packed-model.js';
export {
  outputsOf, type PackedBlock, type PackedColumns, type PackedDense, type PackedInput, type PackedNorm, type PackedProducts, type PackedProgram,
} from './program.js';
export { type PackedObserver } from './recording.js';
