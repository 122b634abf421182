export { costTable, costTotal, type CostRow, type CostTotal, type OperandMacs } from './cost.js';
export { formatCost } from './format-cost.js';
