import { aligned } from './aligned.js';
import type { SimilarityMatrix } from './cka.js';
import type { LayerComparison } from './compare.js';
import type { PairedAccuracy } from './outcomes.js';

/** The result of `pairedAccuracy` in one line. */
export function formatPairedAccuracy({ first, accuracy, change, interval, images }: PairedAccuracy): string {
  const points = (share: number): string => `${share > 0 ? '+' : ''}${(100 * share).toFixed(2)}`;
  return `Accuracy of ${images} test images: ${(100 * first).toFixed(2)} % and ${(100 * accuracy).toFixed(2)} %, ${points(change)} points `
    + `(95 % interval ${points(interval[0])} to ${points(interval[1])}, from the paired outcomes of the images).`;
}

/**
 * The tables of `compareLayers` and `blockSimilarity` as text with aligned columns.
 *
 * @param similarity left out where there were no images to compare the blocks on
 * @returns lines joined by newlines, without one at the end
 */
export function formatComparison(layers: readonly LayerComparison[], similarity?: SimilarityMatrix): string {
  const bits = (binary: boolean): string => (binary ? '1' : '32');
  const scale = (value: number | null): string => (value === null ? '' : String(Number(value.toPrecision(3))));
  const layerLines = aligned([
    ['layer', 'bits', 'cosine', 'change', 'same sign', 'scale, first', 'scale, second'],
    ...layers.map(({ name, binary, cosine, change, signAgreement, scales }) => [
      name, binary.map(bits).join(' / '), cosine.toFixed(3), change.toFixed(3), `${(100 * signAgreement).toFixed(1)} %`, ...scales.map(scale),
    ]),
  ]);
  return [
    layerLines[0]!, '-'.repeat(Math.max(...layerLines.map(line => line.length))), ...layerLines.slice(1), '',
    'Latent weights of the second model against those of the first: cosine, |W2 - W1| / |W1|, share of equal signs; median scaling factors.',
    ...(similarity === undefined ? [] : ['', ...similarityLines(similarity)]),
  ].join('\n');
}

function similarityLines({ rows, columns, values }: SimilarityMatrix): string[] {
  return [
    ...aligned([['CKA', ...columns, ''], ...rows.map((row, at) => [row, ...values[at]!.map(value => value.toFixed(3)), ''])]), '',
    'Linear CKA of what each block passes on: rows of the first model, columns of the second; 1 is the same up to rotation and scale.',
  ];
}
