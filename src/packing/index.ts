export { packModel } from './pack-model.js';
export { formatVerification, verdict } from './format-verification.js';
export { rounding, tolerance, verifyPacked, type InputAgreement, type LayerAgreement, type Verification } from './verify-packed.js';
