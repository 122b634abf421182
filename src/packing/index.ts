export { packModel } from './pack-model.js';
export { formatVerification, verdict } from './format-verification.js';
export { rounding, tolerance, type InputAgreement, type LayerAgreement } from './compare-image.js';
export { verifyPacked, type Verification } from './verify-packed.js';
