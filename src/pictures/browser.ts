/** What of this floor needs no Node. */
export type { RgbImage } from './image-file.js';
export { parseModelUse, type ModelUse } from './model-use.js';
export { normalizationTable, type Normalization } from './normalization.js';
export { preprocessImage, resizeAndCrop, type ImagePreprocessing } from './preprocess-image.js';
export { resizeImage, type Interpolation } from './resize-image.js';
