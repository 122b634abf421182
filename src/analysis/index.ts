export { branchContributions, type BranchContribution, type Contributions } from './contribution.js';
export { costTable, costTotal, type CostRow, type CostTotal, type OperandMacs } from './cost.js';
export { fiveNumbers, histogram, moments, type FiveNumbers, type Histogram, type Moments } from './distribution.js';
export { formatContributions } from './format-contributions.js';
export { formatCost } from './format-cost.js';
export { formatWeights } from './format-weights.js';
export { quantizationError, type QuantizationError } from './quantization-error.js';
export { binaryEntropy, signStatistics, type SignStatistics } from './signs.js';
export { weightTable, type WeightRow } from './weight-table.js';
