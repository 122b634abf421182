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
  /** Inputs whose signs are those of an earlier input or their opposite: the layer cannot tell the two apart. */
  readonly duplicateInputs: number;
}

/**
 * @param values row-major `[inputs, outputs]`, finite
 */
export function signStatistics(values: ArrayLike<number>, inputs: number, outputs: number): SignStatistics {
  const positives = new Uint32Array(outputs);
  const byOutput = new SignPatterns(outputs, inputs);
  const byInput = new SignPatterns(inputs, outputs);
  for (let row = 0; row < inputs; row++) {
    for (let column = 0; column < outputs; column++) {
      if (values[row * outputs + column]! < 0) continue;
      positives[column]!++;
      byOutput.set(column, row);
      byInput.set(row, column);
    }
  }
  const total = positives.reduce((sum, count) => sum + count, 0);
  return {
    positive: total / (inputs * outputs),
    entropy: binaryEntropy(total / (inputs * outputs)),
    outputEntropy: positives.reduce((sum, count) => sum + binaryEntropy(count / inputs), 0) / outputs,
    outputPositive: fiveNumbers(Array.from(positives, count => count / inputs))!,
    constantOutputs: positives.filter(count => count === 0 || count === inputs).length,
    duplicateOutputs: byOutput.duplicates(),
    duplicateInputs: byInput.duplicates(),
  };
}

/** Patterns of `length` signs, one bit each, 1 where it is +1. */
class SignPatterns {
  readonly #length: number;
  readonly #words: number;
  readonly #packed: Uint32Array;

  constructor(count: number, length: number) {
    this.#length = length;
    this.#words = Math.ceil(length / 32);
    this.#packed = new Uint32Array(count * this.#words);
  }

  set(pattern: number, place: number): void {
    this.#packed[pattern * this.#words + (place >>> 5)]! |= 1 << (place & 31);
  }

  /** Patterns that are an earlier one or its complement. */
  duplicates(): number {
    const seen = new Set<string>();
    let count = 0;
    for (let first = 0; first < this.#packed.length; first += this.#words) {
      const key = normalized(this.#packed.subarray(first, first + this.#words), this.#length);
      if (seen.has(key)) count++;
      seen.add(key);
    }
    return count;
  }
}

/** The pattern or its complement, whichever begins with +1, as a text of its bytes. */
function normalized(pattern: Uint32Array, bits: number): string {
  const words = pattern.slice();
  if ((pattern[0]! & 1) === 0) {
    for (let word = 0; word < words.length; word++) words[word] = ~words[word]!;
  }
  // Bits beyond the inputs mean nothing.
  if (bits % 32 !== 0) words[words.length - 1]! &= (1 << (bits % 32)) - 1;
  return Buffer.from(words.buffer).toString('latin1');
}

/** H(p) in bits. */
export function binaryEntropy(share: number): number {
  return share <= 0 || share >= 1 ? 0 : -(share * Math.log2(share) + (1 - share) * Math.log2(1 - share));
}
