export { classify, type ClassScore } from './classify.js';
export { attentionRollout } from './attention-rollout.js';
export { readPackedFile, writePackedFile } from './files.js';
export { PackedModel } from './loaded-model.js';
export { packedTensorBytes, parsePackedFile, type PackedFile, type PackedInfo } from './packed-file.js';
export { binaryMacs, profileModel, type InferenceProfile, type PartTime } from './profile.js';
export {
  outputsOf, type PackedBlock, type PackedColumns, type PackedDense, type PackedInput, type PackedNorm, type PackedProducts, type PackedProgram,
} from './program.js';
export { type PackedObserver } from './recording.js';
