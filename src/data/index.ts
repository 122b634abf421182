export type { Augmentation } from './augmentation.js';
export { Batches, evaluationBatches, type Batch, type BatchesOptions, type BatchesState } from './batches.js';
export { readCifar10, readCifar10Files } from './cifar.js';
export { readIdx, type Idx } from './idx.js';
export { readIdxFolder } from './idx-folder.js';
export { imageSet, viewOf, wholeView, type ImageSet, type ImageView } from './image-set.js';
export { datasetNames, loadDataset, type Dataset, type DatasetName } from './load-dataset.js';
export { normalization, type Normalization } from './normalization.js';
export { splitTrainValidation } from './split.js';
