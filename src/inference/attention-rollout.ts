import type { PackedModel } from './packed-model.js';

/**
 * Where a model looks in an image: attention over the patches as the token that is classified sees it, the class token or the mean of
 * the patches, through all blocks. The product over the blocks of (A + I) / 2, where A is the mean of the heads. Binary probabilities
 * count as they are before their bits.
 *
 * @param image `[imgSize, imgSize, inChans]`, normalised
 * @returns `[side · side]` by patch, row-major, with the sum 1
 * @throws RangeError when it is not one image, or as `run` does
 * @see Abnar and Zuidema 2020, arXiv 2005.00928, section 3
 */
export function attentionRollout(model: PackedModel, image: Float32Array): Float32Array {
  const { tokens, program: { imgSize, inChans, numHeads, prefixTokens, pool } } = model;
  const size = imgSize ** 2 * inChans;
  if (image.length !== size) throw new RangeError(`attention: expected one image of ${size} values, found ${image.length} values`);
  const prefix = prefixTokens.length;
  /** By token: how much of the first tokens' values reaches what is classified, from the last block back. */
  let reached = new Float64Array(tokens);
  if (pool === 'token') reached[0] = 1;
  else reached.fill(1, prefix);
  const blocks: Float32Array[] = [];
  model.run(image, { attended(_, probabilities) { blocks.push(probabilities); } });
  for (const probabilities of blocks.reverse()) {
    const before = reached.map(share => share / 2);
    for (let at = 0; at < probabilities.length; at++) {
      const [query, key] = [Math.floor(at / tokens) % tokens, at % tokens];
      before[key]! += reached[query]! * probabilities[at]! / (2 * numHeads);
    }
    reached = before;
  }
  const patches = Float32Array.from(reached.subarray(prefix));
  const sum = patches.reduce((total, share) => total + share, 0);
  return patches.map(share => share / sum);
}
