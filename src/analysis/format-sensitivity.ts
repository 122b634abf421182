import { aligned } from './aligned.js';
import type { Sensitivity } from './sensitivity.js';

/**
 * The result of `layerSensitivity` as text with aligned columns.
 *
 * @returns lines joined by newlines, without one at the end
 */
export function formatSensitivity({ accuracy, images, layers }: Sensitivity): string {
  const lines = aligned([
    ['layer', 'action', 'accuracy', 'change', '95 % interval'],
    ...layers.map(row => [row.layer, row.action, percent(row.accuracy), points(row.change), `${points(row.interval[0])} to ${points(row.interval[1])}`]),
  ]);
  lines.splice(1, 0, '-'.repeat(Math.max(...lines.map(line => line.length))));
  return [
    ...lines, '',
    `Accuracy of the model as it is: ${percent(accuracy)} of ${images} test images. Change in percentage points when one layer alone is binarized, or gets its`,
    'float weights and inputs back, without training; interval from the paired outcomes of the images.',
  ].join('\n');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function points(share: number): string {
  return `${share > 0 ? '+' : ''}${(100 * share).toFixed(2)}`;
}
