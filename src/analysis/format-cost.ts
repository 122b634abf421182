import type { BinarizationPlan } from '../binarize/index.js';
import type { VitConfig } from '../models/index.js';
import { aligned } from './aligned.js';
import { costTable, costTotal, type CostRow, type CostTotal } from './cost.js';

/** What the columns of {@link formatCost} mean; printed below the table. */
const legend = [
  'Per image. OPs = FLOPs + BOPs/64; BOPs are multiply-accumulates of two binary operands (1x1), FLOPs those of two float',
  'operands (32x32) and half of those where one operand is binary (1x32). Left out, as in the literature: normalisation,',
  'softmax, activation, residual and scaling multiplications.',
  'Size: 1 bit per binary weight (each output padded to 32-bit words), 32 bits for all else, as BiViT (arXiv 2211.07091)',
  'counts, plus the scaling factors; 1 MB = 10^6 bytes. Not the other convention in use (float weights at 16 bits without',
  'norms, biases and positions).',
];

/**
 * The cost table as text with aligned columns, a row of totals, and the same model in float beside them.
 *
 * @returns lines joined by newlines, without one at the end
 */
export function formatCost(config: VitConfig, plan: BinarizationPlan): string {
  const rows = costTable(config, plan);
  const total = costTotal(rows);
  const float = costTotal(costTable(config, { name: 'float', activation: 'gelu', rules: [] }));
  const header = ['layer', 'output', '1-bit', '32-bit', 'scales', 'bytes', '1x1 (BOPs)', '1x32', '32x32', 'FLOPs', 'OPs', 'note'];
  const lines = aligned([
    header,
    ...rows.map(row => [row.name, row.outputShape.join('x'), ...numbers(row), row.note]),
    ['total', '', ...numbers(total), ''],
    ['float model', '', ...numbers(float), ''],
  ]);
  const rule = '-'.repeat(Math.max(...lines.map(line => line.length)));
  lines.splice(1, 0, rule);
  lines.splice(-2, 0, rule);
  return [`${plan.name}: cost per layer`, '', ...lines, '', comparison(total, float), storage(rows, total), '', ...legend].join('\n');
}

/** "OPs 48.2 M, 26.0 times fewer than float; ..." */
function comparison(total: CostTotal, float: CostTotal): string {
  const ratio = (part: number, whole: number): string => `${(whole / part).toFixed(1)} times`;
  return `${mega(total.ops)} M OPs, ${ratio(total.ops, float.ops)} fewer than float (${mega(float.ops)} M); `
    + `${mega(total.sizeBytes)} MB, ${ratio(total.sizeBytes, float.sizeBytes)} smaller than float (${mega(float.sizeBytes)} MB).`;
}

/** What the bytes are spent on; norms and biases apart, since they are what binarization cannot shrink. */
function storage(rows: readonly CostRow[], total: CostTotal): string {
  const signs = total.sizeBytes - 4 * (total.floatParameters + total.scales);
  const norms = rows.filter(row => row.name.includes('norm')).reduce((sum, row) => sum + row.floatParameters, 0);
  const biases = rows.reduce((sum, row) => sum + row.biases, 0);
  const others = total.floatParameters - norms - biases;
  return `Bytes: ${grouped(signs)} signs, ${grouped(4 * total.scales)} scaling factors, ${grouped(4 * biases)} biases, `
    + `${grouped(4 * norms)} norms, ${grouped(4 * others)} float weights, tokens, positions and learned factors.`;
}

function numbers(cost: CostTotal): string[] {
  return [
    cost.binaryParameters, cost.floatParameters, cost.scales, cost.sizeBytes, cost.macs['1x1'], cost.macs['1x32'], cost.macs['32x32'],
    cost.flops, cost.ops,
  ].map(grouped);
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function mega(value: number): string {
  return (value / 1e6).toLocaleString('en-US', { maximumSignificantDigits: 4 });
}
