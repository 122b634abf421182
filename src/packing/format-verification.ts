import { tolerance } from './compare-image.js';
import type { Verification } from './verify-packed.js';

/**
 * The result of `verifyPacked` as text: a verdict, and what every layer computes and takes.
 *
 * @param source what the images are
 * @returns lines joined by newlines, without one at the end
 */
export function formatVerification(verification: Verification, source: string): string {
  const { layers, inputs } = verification;
  // Parts of a layer, such as q of qkv, take something each; the layer computes once.
  const names = new Set([...inputs.map(({ name }) => name), ...layers.map(({ name }) => name)]);
  const rows = [...names].map(name => {
    const [layer, taken] = [layers.find(one => one.name === name), inputs.find(one => one.name === name)];
    const { integers, integersApart, ownError } = layer ?? { integers: 0, integersApart: 0, ownError: null };
    return [
      name, ...(integers === 0 ? ['-', '-'] : [integers, integersApart].map(number)), ownError === null ? '-' : error(ownError),
      ...(taken === undefined ? ['-', '-', '-', '-'] : [error(taken.largestError), ...[taken.signsApart, taken.nearZero, taken.values].map(number)]),
    ];
  });
  const cells = [['layer', 'integers', 'apart', 'own error', 'input error', 'bits apart', 'near zero', 'values'], ...rows];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map(row => row[column]!.length)));
  const lines = cells.map(row => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '));
  lines.splice(1, 0, '-'.repeat(lines[0]!.length));
  return [
    ...lines, '',
    'integers: of products of bits, from the same input, before factors and bias, and how many are not those of the original\'s levels;',
    'own error: of what the layer computes from the same input; input error: of what all before it has made; both in units of 1 + |value|;',
    'bits apart: inputs on another side of the threshold; near zero: inputs so near it that rounding decides.',
    '', verdict(verification, source),
  ].join('\n');
}

/** The verdict in a sentence or two. */
export function verdict({ equal, images, sameClass, largestLogitError, integers, firstDifference, onThreshold }: Verification, source: string): string {
  const agreement = `${source}: the same class for ${sameClass} of ${images}, logits at most ${error(largestLogitError)} apart`;
  if (!equal) return `DIFFERENT from ${firstDifference!} on. ${agreement}`;
  const same = integers === 0 ? '' : `, and all ${number(integers)} integers of binary products the same`;
  return `equal within ${tolerance}${same}. ${agreement}${onThreshold === 0 ? '' : `; in ${onThreshold} of them a bit lies within rounding of its threshold, and what follows it may differ`}`;
}

function error(value: number): string {
  return value === 0 ? '0' : value.toExponential(1);
}

function number(value: number): string {
  return value.toLocaleString('en');
}
