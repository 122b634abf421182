export { packModel } from './pack-model.js';
export { logitTolerance, rounding, verifyPacked, type LayerAgreement, type Verification } from './verify-packed.js';
