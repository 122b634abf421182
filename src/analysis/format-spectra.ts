import { aligned } from './aligned.js';
import { leastPowerLawValues } from './power-law.js';
import type { SpectrumRow } from './spectrum-table.js';
import type { Spectrum } from './spectrum.js';

const header = ['layer', 'shape', 'largest', 'stable rank', 'rank', 'alpha', 'tail', 'distance', 'binary: largest', 'stable rank', 'rank', 'alpha', 'note'];

/**
 * The result of {@link spectrumTable} as text with aligned columns and a legend.
 *
 * @returns lines joined by newlines, without one at the end
 */
export function formatSpectra(rows: readonly SpectrumRow[]): string {
  const lines = aligned([header, ...rows.map(({ name, shape, latent, effective, note }) => [
    name, shape.join('x'), ...common(latent), ...(latent?.tail ? [String(latent.tail.n), latent.tail.distance.toFixed(3)] : ['', '']), ...common(effective), note,
  ])]);
  lines.splice(1, 0, '-'.repeat(Math.max(...lines.map(line => line.length))));
  return [
    ...lines, '',
    'Latent weights, then (where the layer is binary) scale times signs: largest singular value, stable rank |W|_F^2 / s_1^2, rank at float32',
    `precision, exponent of the tail of the squared singular values with its number of values and Kolmogorov-Smirnov distance (from ${leastPowerLawValues} values on).`,
  ].join('\n');
}

function common(found: Spectrum | null): string[] {
  if (found === null) return ['', '', '', ''];
  return [found.singularValues[0]!.toPrecision(3), found.stableRank.toPrecision(3), String(found.rank), found.tail === null ? '' : found.tail.alpha.toFixed(2)];
}
