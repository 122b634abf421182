import { aligned } from './aligned.js';
import type { AttentionRow } from './attention.js';

/**
 * The table of `attentionTable` as text with aligned columns.
 *
 * @param tokens number of tokens, class and distillation token included
 * @param images how many the rows are averaged over
 * @returns lines joined by newlines, without one at the end
 */
export function formatAttention(rows: readonly AttentionRow[], tokens: number, images: number): string {
  const lines = aligned([
    ['block', 'head', 'entropy (bits)', 'distance (pixels)', 'to the class token'],
    ...rows.map(({ block, head, entropy, distance, classToken }) =>
      [String(block), String(head), entropy.toFixed(3), distance.toFixed(2), classToken === null ? '' : `${(100 * classToken).toFixed(1)} %`]),
  ]);
  lines.splice(1, 0, '-'.repeat(Math.max(...lines.map(line => line.length))));
  return [
    ...lines, '',
    `Means over ${images} test images and all queries. Entropy ${Math.log2(tokens).toFixed(3)} is attention to all ${tokens} tokens alike, 0 to one alone;`,
    'distance is between the centres of the query\'s patch and of those it looks at.',
  ].join('\n');
}
