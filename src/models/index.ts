export type { VitParameter } from '../layers/index.js';
export { binaryLayers, type BinaryLayer } from './binary-layers.js';
export { buildVit } from './build.js';
export { mlpHiddenDim, parseVitConfig, patchCount, tokenCount, type VitConfig } from './config.js';
export { vitPresets, type VitPresetName } from './presets.js';
export { forward, setProgress, vitParameters } from './vit.js';
