import { tolerance, type Verification } from './verify-packed.js';

/**
 * The result of `verifyPacked` as text: a verdict, and what every layer computes and takes.
 *
 * @param source what the images are
 * @returns lines joined by newlines, without one at the end
 */
export function formatVerification(verification: Verification, source: string): string {
  const { layers, inputs } = verification;
  const own = new Map(layers.map(({ name, ownError }) => [name, ownError]));
  // Parts of a layer, such as q of qkv, take something each; the layer computes once.
  const names = new Set([...inputs.map(({ name }) => name), ...layers.map(({ name }) => name)]);
  const rows = [...names].map(name => {
    const taken = inputs.find(input => input.name === name);
    return [
      name, own.has(name) ? error(own.get(name)!) : '-',
      ...(taken === undefined ? ['-', '-', '-', '-'] : [error(taken.largestError), ...[taken.signsApart, taken.nearZero, taken.values].map(count => count.toLocaleString('en'))]),
    ];
  });
  const cells = [['layer', 'own error', 'input error', 'bits apart', 'near zero', 'values'], ...rows];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map(row => row[column]!.length)));
  const lines = cells.map(row => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '));
  lines.splice(1, 0, '-'.repeat(lines[0]!.length));
  return [
    ...lines, '',
    'own error: of what the layer computes from the same input; input error: of what all before it has made; both in units of 1 + |value|;',
    'bits apart: inputs on another side of the threshold; near zero: inputs so near it that rounding decides.',
    '', verdict(verification, source),
  ].join('\n');
}

/** The verdict in a sentence or two. */
export function verdict({ equal, images, sameClass, largestLogitError, firstDifference, onThreshold }: Verification, source: string): string {
  const agreement = `${source}: the same class for ${sameClass} of ${images}, logits at most ${error(largestLogitError)} apart`;
  if (!equal) return `DIFFERENT from ${firstDifference!} on. ${agreement}`;
  return `equal within ${tolerance}. ${agreement}${onThreshold === 0 ? '' : `; in ${onThreshold} of them a bit lies within rounding of its threshold, and what follows it may differ`}`;
}

function error(value: number): string {
  return value === 0 ? '0' : value.toExponential(1);
}
