import { aligned } from './aligned.js';
import type { WeightRow } from './weight-table.js';

/** What the columns of {@link formatWeights} mean; printed below the table. */
const legend = [
  'Latent weights: mean, standard deviation, excess kurtosis (0 for a normal distribution, -2 for two equal peaks), share near 0',
  '(within a tenth of the mean absolute value) and at the latent clip. Signs: share of +1, entropy within an output in bits, outputs',
  'with one sign only (const) and with the signs of another or their opposite (twin); outputs of zeros (dead). Scaling factors: smallest,',
  'median, largest.',
  'Error: |W - effective|^2 / |W|^2, and the least that a scale for each output leaves; cos: cosine of W and the effective weights.',
];

const header = [
  'layer', 'shape', 'mean', 'std', 'kurtosis', 'near 0', 'clipped', '+1', 'entropy', 'const', 'twin', 'dead', 'scale min', 'median', 'max',
  'error', 'least', 'cos', 'note',
];

/**
 * The table of {@link weightTable} as text with aligned columns and a legend.
 *
 * @returns lines joined by newlines, without one at the end
 */
export function formatWeights(rows: readonly WeightRow[]): string {
  const lines = aligned([header, ...rows.map(({ name, shape, weights, nearZero, saturated, dead, signs, scales, error, note }) => [
    name, shape.join('x'), number(weights.mean), number(weights.std), number(weights.excessKurtosis), percent(nearZero), percent(saturated),
    ...(signs ? [percent(signs.positive), number(signs.outputEntropy), String(signs.constantOutputs), String(signs.duplicateOutputs)] : ['', '', '', '']), String(dead.outputs),
    ...(scales ? [scales.minimum, scales.median, scales.maximum].map(number) : ['', '', '']),
    ...(error ? [percent(error.relative), percent(error.optimal), number(error.cosine)] : ['', '', '']),
    note,
  ])]);
  lines.splice(1, 0, '-'.repeat(Math.max(...lines.map(line => line.length))));
  return [...lines, '', ...legend].join('\n');
}

function number(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : String(value);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
