export type { VitParameter } from '../layers/index.js';
export { buildVit } from './build.js';
export { binaryLayers, isBinary, linearLayers, type BinaryLayer, type LinearLayer } from './linear-layers.js';
export { mlpHiddenDim, parseVitConfig, patchCount, prefixTokenCount, tokenCount, type VitConfig } from './config.js';
export { vitPresets, type VitPresetName } from './presets.js';
export { forward, setProgress, vitLayersOf, vitParameters } from './vit.js';
