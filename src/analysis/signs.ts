import { fiveNumbers, type FiveNumbers } from './distribution.js';

/** Signs of a weight matrix `[in, out]`; 0 and -0 count as +1, as in the binarizers. */
export interface SignStatistics {
  /** Share of +1 in [0, 1]. */
  readonly positive: number;
  /** Binary entropy of that share, in bits: 1 when both signs are equally frequent. */
  readonly entropy: number;
  /** Mean over the outputs of the entropy of each output's own signs, in bits. */
  readonly outputEntropy: number;
  /** Over the outputs, each one's share of +1. */
  readonly outputPositive: FiveNumbers;
  /** Outputs whose signs are all equal: they see the sum of their inputs alone. */
  readonly constantOutputs: number;
  /** Outputs whose signs are those of an earlier output or their opposite: they add no direction. */
  readonly duplicateOutputs: number;
}

/**
 * @param values row-major `[inputs, outputs]`, finite
 */
export function signStatistics(values: ArrayLike<number>, inputs: number, outputs: number): SignStatistics {
  const positives = new Uint32Array(outputs);
  const words = Math.ceil(inputs / 32);
  const packed = new Uint32Array(outputs * words);
  for (let row = 0; row < inputs; row++) {
    for (let column = 0; column < outputs; column++) {
      if (values[row * outputs + column]! < 0) continue;
      positives[column]!++;
      packed[column * words + (row >>> 5)]! |= 1 << (row & 31);
    }
  }
  const total = positives.reduce((sum, count) => sum + count, 0);
  const seen = new Set<string>();
  let duplicateOutputs = 0;
  for (let column = 0; column < outputs; column++) {
    const pattern = packed.subarray(column * words, (column + 1) * words);
    const key = normalized(pattern, inputs);
    if (seen.has(key)) duplicateOutputs++;
    seen.add(key);
  }
  return {
    positive: total / (inputs * outputs),
    entropy: binaryEntropy(total / (inputs * outputs)),
    outputEntropy: positives.reduce((sum, count) => sum + binaryEntropy(count / inputs), 0) / outputs,
    outputPositive: fiveNumbers(Array.from(positives, count => count / inputs))!,
    constantOutputs: positives.filter(count => count === 0 || count === inputs).length,
    duplicateOutputs,
  };
}

/** The pattern or its complement, whichever begins with +1. */
function normalized(pattern: Uint32Array, bits: number): string {
  const flip = (pattern[0]! & 1) === 0;
  const words = pattern.map(word => (flip ? ~word : word));
  // Bits beyond the inputs mean nothing.
  if (bits % 32 !== 0) words[words.length - 1]! &= (1 << (bits % 32)) - 1;
  return words.join();
}

/** H(p) in bits. */
export function binaryEntropy(share: number): number {
  return share <= 0 || share >= 1 ? 0 : -(share * Math.log2(share) + (1 - share) * Math.log2(1 - share));
}
