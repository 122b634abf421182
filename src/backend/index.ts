export { fusedKernels, NonFiniteOperand, type FusedKernel } from './fused-kernels.js';
export { Random, type RandomState } from './random.js';
export { availableBackends, backendNames, useBackend, type BackendInfo, type BackendName } from './use-backend.js';
